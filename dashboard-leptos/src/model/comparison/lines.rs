//! A line-by-line comparison of two texts.

use super::difference::Run;

/// The largest product of both numbers of lines that is compared. More would take too long.
const MAX_COMPARED: usize = 400_000;
/// The maximum number of characters of a text that are displayed.
const MAX_CHARACTERS: usize = 20_000;

/// Splits both texts into runs of equal and of different lines.
pub(super) fn side_by_side(before: Option<&str>, after: Option<&str>) -> (Vec<Run>, Vec<Run>) {
    let before: Vec<&str> = before.map(|text| text.lines().collect()).unwrap_or_default();
    let after: Vec<&str> = after.map(|text| text.lines().collect()).unwrap_or_default();
    let (common_before, common_after) = common(&before, &after);
    (runs(&before, &common_before), runs(&after, &common_after))
}

/// Marks the lines that belong to the longest common subsequence.
fn common(before: &[&str], after: &[&str]) -> (Vec<bool>, Vec<bool>) {
    let (mut common_before, mut common_after) = (vec![false; before.len()], vec![false; after.len()]);
    if before.len().saturating_mul(after.len()) > MAX_COMPARED {
        return (common_before, common_after);
    }
    // `longest[i][j]` is the number of lines that `before[i..]` and `after[j..]` have in common.
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
            for (common, place) in [(&mut common_before, i), (&mut common_after, j)] {
                if let Some(common) = common.get_mut(place) {
                    *common = true;
                }
            }
            (i, j) = (i + 1, j + 1);
        } else if at(&longest, i + 1, j) >= at(&longest, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    (common_before, common_after)
}

fn runs(lines: &[&str], common: &[bool]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut length = 0;
    for (line, common) in lines.iter().zip(common) {
        length += line.len();
        if length > MAX_CHARACTERS {
            let cut: String = line.chars().take(200).collect();
            runs.push(Run { text: format!("{cut}\n… and more"), differs: !common });
            break;
        }
        match runs.last_mut() {
            Some(run) if run.differs != *common => {
                run.text.push('\n');
                run.text.push_str(line);
            }
            _ => runs.push(Run { text: (*line).to_owned(), differs: !common }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(runs: &[Run]) -> String {
        let line = |run: &Run| {
            let mark = if run.differs { "!" } else { " " };
            run.text.lines().map(|line| format!("{mark}{line}")).collect::<Vec<_>>().join("\n")
        };
        runs.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn common_and_different_lines_are_separated() {
        let (before, after) = side_by_side(Some("a\nb\nc\nd"), Some("a\nx\nc\ny\nd"));
        assert_eq!(marked(&before), " a\n!b\n c\n d");
        assert_eq!(marked(&after), " a\n!x\n c\n!y\n d");
        let (before, after) = side_by_side(None, Some("a\nb"));
        assert_eq!((before, marked(&after)), (Vec::new(), "!a\n!b".to_owned()));
    }

    #[test]
    fn long_texts_are_cut() {
        let (before, _) = side_by_side(Some(&"long\n".repeat(100_000)), Some(&"other\n".repeat(100)));
        let length: usize = before.iter().map(|run| run.text.len()).sum();
        assert!(length < 2 * MAX_CHARACTERS && before.last().unwrap().text.ends_with("… and more"));
    }
}
