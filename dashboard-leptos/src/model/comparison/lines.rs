//! Which lines of two texts are the same.

use super::difference::Run;

/// The most lines that are compared one by one, multiplied: more take too long.
const MOST_COMPARED: usize = 400_000;
/// The most characters of a text that are shown.
const MOST_SHOWN: usize = 20_000;

/// Both texts as runs of lines that differ and that do not.
pub(super) fn side_by_side(before: Option<&str>, after: Option<&str>) -> (Vec<Run>, Vec<Run>) {
    let before: Vec<&str> = before.map(|text| text.lines().collect()).unwrap_or_default();
    let after: Vec<&str> = after.map(|text| text.lines().collect()).unwrap_or_default();
    let (kept_before, kept_after) = kept(&before, &after);
    (runs(&before, &kept_before), runs(&after, &kept_after))
}

/// Which lines of each belong to the longest sequence that both have.
fn kept(before: &[&str], after: &[&str]) -> (Vec<bool>, Vec<bool>) {
    let (mut kept_before, mut kept_after) = (vec![false; before.len()], vec![false; after.len()]);
    if before.len().saturating_mul(after.len()) > MOST_COMPARED {
        return (kept_before, kept_after);
    }
    // `longest[i][j]` is how many lines `before[i..]` and `after[j..]` have in common.
    let mut longest = vec![vec![0_usize; after.len() + 1]; before.len() + 1];
    let at = |longest: &[Vec<usize>], i: usize, j: usize| {
        longest.get(i).and_then(|row| row.get(j)).copied().unwrap_or_default()
    };
    for (i, old) in before.iter().enumerate().rev() {
        for (j, new) in after.iter().enumerate().rev() {
            let common = if old == new {
                at(&longest, i + 1, j + 1) + 1
            } else {
                at(&longest, i + 1, j).max(at(&longest, i, j + 1))
            };
            if let Some(place) = longest.get_mut(i).and_then(|row| row.get_mut(j)) {
                *place = common;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    while let (Some(old), Some(new)) = (before.get(i), after.get(j)) {
        if old == new {
            for (kept, place) in [(&mut kept_before, i), (&mut kept_after, j)] {
                if let Some(kept) = kept.get_mut(place) {
                    *kept = true;
                }
            }
            (i, j) = (i + 1, j + 1);
        } else if at(&longest, i + 1, j) >= at(&longest, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    (kept_before, kept_after)
}

fn runs(lines: &[&str], kept: &[bool]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut shown = 0;
    for (line, kept) in lines.iter().zip(kept) {
        shown += line.len();
        if shown > MOST_SHOWN {
            let cut: String = line.chars().take(200).collect();
            runs.push(Run { text: format!("{cut}\n… and more"), differs: !kept });
            break;
        }
        match runs.last_mut() {
            Some(run) if run.differs != *kept => {
                run.text.push('\n');
                run.text.push_str(line);
            }
            _ => runs.push(Run { text: (*line).to_owned(), differs: !kept }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(runs: &[Run]) -> String {
        let line = |run: &Run| {
            let mark = if run.differs { "!" } else { " " };
            run.text.lines().map(|line| format!("{mark}{line}")).collect::<Vec<_>>().join("\n")
        };
        runs.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn lines_that_both_sides_have_are_told_from_those_that_differ() {
        let (before, after) = side_by_side(Some("a\nb\nc\nd"), Some("a\nx\nc\ny\nd"));
        assert_eq!(shown(&before), " a\n!b\n c\n d");
        assert_eq!(shown(&after), " a\n!x\n c\n!y\n d");
        let (before, after) = side_by_side(None, Some("a\nb"));
        assert_eq!((before, shown(&after)), (Vec::new(), "!a\n!b".to_owned()));
    }

    #[test]
    fn what_is_too_long_to_read_is_cut() {
        let (before, _) = side_by_side(Some(&"long\n".repeat(100_000)), Some(&"other\n".repeat(100)));
        let length: usize = before.iter().map(|run| run.text.len()).sum();
        assert!(length < 2 * MOST_SHOWN && before.last().unwrap().text.ends_with("… and more"));
    }
}
