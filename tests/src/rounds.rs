//! Measuring in rounds. The speed of a shared machine varies over time, so contenders take turns, and medians are compared.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// Returns the median of the samples: of an even number of samples, the mean of the middle two; without samples, NaN.
#[must_use]
pub fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => at(odd / 2),
        even => f64::midpoint(at(even / 2 - 1), at(even / 2)),
    }
}

/// Measures contenders, numbered from 0, in turn. Returns the samples of each contender, one per round.
///
/// Each round begins with a different contender, so that no contender always follows the same one. Reports the progress on
/// standard error, because rounds take seconds.
///
/// # Errors
/// The first error of `measure`.
pub fn take_turns<Sample, Error>(
    rounds: usize,
    contenders: usize,
    mut measure: impl FnMut(usize) -> Result<Sample, Error>,
) -> Result<Vec<Vec<Sample>>, Error> {
    let mut samples: Vec<Vec<Sample>> = (0..contenders).map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        for turn in 0..contenders {
            let contender = (round + turn) % contenders;
            let sample = measure(contender)?;
            if let Some(samples) = samples.get_mut(contender) {
                samples.push(sample);
            }
        }
    }
    Ok(samples)
}

/// A function that is timed repeatedly: a pass over some users.
pub struct Timed<'a> {
    /// Returns a sum of the results, so that the compiler cannot remove their computation.
    pass: Box<dyn FnMut() -> usize + 'a>,
    users: u32,
    /// The number of passes in a turn.
    passes: u32,
}

impl<'a> Timed<'a> {
    /// Creates a pass over this number of users.
    pub fn new(users: u32, pass: impl FnMut() -> usize + 'a) -> Self {
        Self { pass: Box::new(pass), users, passes: 1 }
    }

    /// Sets the number of passes in a turn, so that a turn takes about as long as `slice`.
    pub fn calibrate(&mut self, slice: Duration) {
        black_box((self.pass)());
        let started = Instant::now();
        black_box((self.pass)());
        let passes = slice.as_nanos() / started.elapsed().as_nanos().max(1);
        self.passes = u32::try_from(passes).unwrap_or(u32::MAX).max(1);
    }

    /// Runs a turn, and returns the mean time per user, in ns.
    pub fn ns_per_user(&mut self) -> f64 {
        let started = Instant::now();
        for _ in 0..self.passes {
            black_box((self.pass)());
        }
        started.elapsed().as_secs_f64() * 1e9 / f64::from(self.passes) / f64::from(self.users)
    }
}

impl std::fmt::Debug for Timed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Timed")
            .field("users", &self.users)
            .field("passes", &self.passes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn the_median_is_the_middle_sample() {
        assert_eq!(median(&[3.0]), 3.0);
        assert_eq!(median(&[9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 9.0]), 3.0);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn contenders_take_turns_and_keep_their_samples() {
        let mut order = Vec::new();
        let samples = take_turns(2, 3, |contender| {
            order.push(contender);
            Ok::<_, Infallible>(contender * 10)
        });
        assert_eq!(samples, Ok(vec![vec![0, 0], vec![10, 10], vec![20, 20]]));
        assert_eq!(order, [0, 1, 2, 1, 2, 0]);
    }

    #[test]
    fn an_error_ends_the_measurement() {
        let result = take_turns(9, 2, |contender| if contender == 1 { Err("broken") } else { Ok(()) });
        assert_eq!(result, Err("broken"));
    }
}
