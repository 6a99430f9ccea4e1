//! The snapshots and users of all benchmarks, so that their results are comparable.
//!
//! | workload | experiments | matching users |
//! |---|---|---|
//! | `W1` | 1, without rules | all users |
//! | `W10`, `W100`, `W1000` | each with one rule: `country in` five countries and `plan eq pro` | all users match all experiments |
//! | `M10`, `M100`, `M1000` | as `W`, with one of 100 disjoint groups of five countries | 1 %, decided by the first condition |
//! | `D100`, `D1000` | as `W`, each with a different list of 20 countries | all users match all experiments |
//! | `S10000` | as `M` | 1 % |
//!
//! Salts and ids have 36 bytes, like UUIDs. Every experiment has two variants, each with half of the buckets and a small
//! payload. The data is generated from counters and a fixed seed, so that each run on each machine has the same data.

use serde_json::{Value, json};

/// The number of users.
pub const USERS: usize = 1000;

/// The environment of the snapshots.
pub const ENVIRONMENT: &str = "prod";

const COUNTRIES: [&str; 5] = ["US", "CA", "GB", "AU", "DE"];
/// The number of disjoint groups of countries of `M` and `S`.
const GROUPS: usize = 100;
/// The number of countries in a group.
const GROUP_SIZE: usize = 5;
/// The number of countries in a list of `D`.
const LIST_SIZE: usize = 20;

/// A number of experiments with the same shape, and users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// The name in tables.
    pub name: &'static str,
    /// The number of experiments.
    pub experiments: usize,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `W1`: no rules.
    Open,
    /// `W`: all users match, by lists that experiments share.
    Everyone,
    /// `M` and `S`: the users of one group of countries match.
    Group,
    /// `D`: all users match, by lists that experiments do not share.
    Distinct,
}

/// A user of a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// The user key: `u` and seven digits.
    pub key: String,
    /// The attributes country, plan, age and deviceType.
    pub context: Value,
}

impl Workload {
    /// One experiment without rules.
    pub const W1: Self = Self::new("W1", 1, Shape::Open);
    /// Ten experiments that match all users.
    pub const W10: Self = Self::new("W10", 10, Shape::Everyone);
    /// A hundred experiments that match all users.
    pub const W100: Self = Self::new("W100", 100, Shape::Everyone);
    /// A thousand experiments that match all users.
    pub const W1000: Self = Self::new("W1000", 1000, Shape::Everyone);
    /// Ten experiments that match 1 % of the users each.
    pub const M10: Self = Self::new("M10", 10, Shape::Group);
    /// A hundred experiments, of which one matches each user.
    pub const M100: Self = Self::new("M100", 100, Shape::Group);
    /// A thousand experiments, of which ten match each user.
    pub const M1000: Self = Self::new("M1000", 1000, Shape::Group);
    /// A hundred experiments that match all users, each with a different list.
    pub const D100: Self = Self::new("D100", 100, Shape::Distinct);
    /// A thousand experiments that match all users, each with a different list.
    pub const D1000: Self = Self::new("D1000", 1000, Shape::Distinct);
    /// Ten thousand experiments, of which a hundred match each user.
    pub const S10000: Self = Self::new("S10000", 10_000, Shape::Group);

    /// All workloads, in the order of tables.
    pub const ALL: [Self; 10] = [
        Self::W1,
        Self::W10,
        Self::W100,
        Self::W1000,
        Self::M10,
        Self::M100,
        Self::M1000,
        Self::D100,
        Self::D1000,
        Self::S10000,
    ];

    const fn new(name: &'static str, experiments: usize, shape: Shape) -> Self {
        Self { name, experiments, shape }
    }

    /// Returns the snapshot, in the JSON format of the reference system.
    #[must_use]
    pub fn snapshot(self) -> Value {
        let mut ids = Ids { state: 0 };
        let experiments: Vec<Value> =
            (0..self.experiments).map(|number| self.experiment(number, &mut ids)).collect();
        json!({
            "version": 1,
            "environment": ENVIRONMENT,
            "publishedAt": "2026-01-01T00:00:00.000Z",
            "experiments": experiments,
        })
    }

    fn experiment(self, number: usize, ids: &mut Ids) -> Value {
        let (id, salt, control, treatment) = (ids.next(), ids.next(), ids.next(), ids.next());
        let rules = match self.shape {
            Shape::Open => json!([]),
            _ => json!([{"conditions": [
                {"attribute": "country", "operator": "in", "value": self.countries(number)},
                {"attribute": "plan", "operator": "eq", "value": "pro"},
            ]}]),
        };
        json!({
            "id": id,
            "key": format!("experiment-{number}"),
            "salt": salt,
            "audienceRules": [],
            "targetingRules": rules,
            "variants": [
                {"id": control, "key": "control", "payload": {"color": "#0066cc"}},
                {"id": treatment, "key": "treatment", "payload": {"color": "#00cc66"}},
            ],
            "allocations": [
                {"variantId": control, "rangeStart": 0, "rangeEnd": 4999},
                {"variantId": treatment, "rangeStart": 5000, "rangeEnd": 9999},
            ],
        })
    }

    /// Returns the countries in the rule of an experiment.
    fn countries(self, experiment: usize) -> Vec<String> {
        match self.shape {
            Shape::Open => Vec::new(),
            Shape::Everyone => {
                let rotated = COUNTRIES.iter().cycle().skip(experiment % COUNTRIES.len());
                rotated.take(COUNTRIES.len()).map(ToString::to_string).collect()
            }
            Shape::Group => {
                let first = experiment % GROUPS * GROUP_SIZE;
                (first..first + GROUP_SIZE).map(|number| letters(number, 2)).collect()
            }
            Shape::Distinct => {
                let first = experiment * LIST_SIZE;
                let mut list: Vec<_> = (first..first + LIST_SIZE).map(|number| letters(number, 4)).collect();
                // Each list contains the users' country at a different position.
                if let Some(place) = list.get_mut(experiment % LIST_SIZE) {
                    *place = self.country(0);
                }
                list
            }
        }
    }

    /// Returns the country of a user.
    fn country(self, user: usize) -> String {
        match self.shape {
            Shape::Open | Shape::Everyone => COUNTRIES
                .iter()
                .cycle()
                .nth(user % COUNTRIES.len())
                .map(ToString::to_string)
                .unwrap_or_default(),
            Shape::Group => letters(user % GROUPS * GROUP_SIZE + user / GROUPS % GROUP_SIZE, 2),
            Shape::Distinct => "US".to_owned(),
        }
    }

    /// Returns the users, [`USERS`] of them, in the order of the decisions.
    #[must_use]
    pub fn users(self) -> Vec<User> {
        let user = |number| User {
            key: format!("u{number:07}"),
            context: json!({
                "country": self.country(number),
                "plan": "pro",
                "age": 34,
                "deviceType": "mobile",
            }),
        };
        (0..USERS).map(user).collect()
    }
}

/// Formats a number as `length` capital letters, with `AA` for 0.
fn letters(number: usize, length: u32) -> String {
    let letter = |place| ('A'..='Z').nth(number / 26_usize.pow(place) % 26);
    (0..length).rev().filter_map(letter).collect()
}

/// A generator of ids that look like random UUIDs and are the same in each run.
struct Ids {
    state: u64,
}

impl Ids {
    fn next(&mut self) -> String {
        let (high, low) = (self.random(), self.random());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 52,
            low & 0xffff_ffff_ffff
        )
    }

    /// SplitMix64 (Guy Steele, Doug Lea, Christine Flood: *Fast splittable pseudorandom number generators*, OOPSLA
    /// 2014).
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ self.state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use edgewise_engine::{Buffer, Request, Ruleset, UserKey};

    use super::*;

    /// Returns the number of assignments of one user of each group. Together, the users have all countries of a group.
    fn matches(workload: Workload) -> Vec<usize> {
        let ruleset = Ruleset::from_json(workload.snapshot().to_string().as_bytes()).unwrap();
        assert_eq!(ruleset.experiments() as usize, workload.experiments);
        let mut buffer = Buffer::new();
        let count = |user: User| {
            let context = user.context.as_object().unwrap();
            ruleset.decide(&Request::new(UserKey::new(&user.key).unwrap(), context, 0), &mut buffer).len()
        };
        workload.users().into_iter().step_by(7).take(GROUPS).map(count).collect()
    }

    #[test]
    fn all_users_match_all_experiments_of_w_and_d() {
        use Workload as W;
        for workload in [W::W1, W::W10, W::W100, W::W1000, W::D100, W::D1000] {
            assert_eq!(matches(workload), [workload.experiments; GROUPS], "{}", workload.name);
        }
    }

    #[test]
    fn one_percent_of_the_users_match_in_m_and_s() {
        assert_eq!(matches(Workload::M10).iter().sum::<usize>(), GROUPS * 10 / 100);
        assert_eq!(matches(Workload::M100), [1; GROUPS]);
        assert_eq!(matches(Workload::M1000), [10; GROUPS]);
        assert_eq!(matches(Workload::S10000), [100; GROUPS]);
    }

    #[test]
    fn lists_of_d_share_only_the_country_of_the_users() {
        let lists = (0..1000).map(|experiment| Workload::D1000.countries(experiment));
        let all: Vec<String> = lists.inspect(|list| assert_eq!(list.len(), 20)).flatten().collect();
        let own: HashSet<&String> = all.iter().filter(|country| *country != "US").collect();
        assert_eq!(own.len(), 19 * 1000);
    }

    #[test]
    fn groups_of_m_are_disjoint() {
        let groups = (0..100).flat_map(|experiment| Workload::M100.countries(experiment));
        assert_eq!(groups.collect::<HashSet<_>>().len(), 500);
    }

    #[test]
    fn keys_and_salts_have_the_documented_lengths_and_salts_are_unique() {
        let snapshot = Workload::S10000.snapshot();
        let salts: HashSet<&str> = snapshot["experiments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|experiment| experiment["salt"].as_str().unwrap())
            .collect();
        assert_eq!(salts.len(), 10_000);
        assert!(salts.iter().all(|salt| salt.len() == 36));
        let users = Workload::W1.users();
        assert_eq!(users.len(), USERS);
        assert!(users.iter().all(|user| user.key.len() == 8));
    }

    #[test]
    fn every_run_has_the_same_data() {
        assert_eq!(Workload::W10.snapshot(), Workload::W10.snapshot());
        assert_eq!(
            Workload::W1.snapshot()["experiments"][0]["salt"],
            "06c45d18-8009-454f-af88-b8a8724c81ec",
            "changing the ids changes the variants of users, and so the results of the benchmarks"
        );
    }
}
