//! Random snapshots, users and contexts, to compare implementations of the decision. The values are few and collide often,
//! so that conditions match about half of the time. The same seed gives the same data.

use edgewise_engine::operators::Operator;
use serde_json::{Map, Value, json};

/// A pseudorandom number generator. (SplitMix64: Guy Steele, Doug Lea, Christine Flood, *Fast splittable pseudorandom number
/// generators*, OOPSLA 2014.)
#[derive(Clone, Debug)]
pub struct Random(u64);

const ATTRIBUTES: [&str; 12] =
    ["plan", "country", "a", "a.b", "a.b.c", "list", "list.0", "list.length", "", ".", "length", "list.00"];
/// The name of an operator that does not exist.
const UNKNOWN_OPERATOR: &str = "eqx";
const STRINGS: [&str; 10] = ["US", "CA", "pro", "free", "", "x", "US ", "ß", "日本", "\u{1f600} \"\\"];
const NUMBERS: [f64; 9] = [0.0, -0.0, 1.0, 1.5, -1.0, 34.0, 1e300, 9_007_199_254_740_993.0, 5e-324];

impl Random {
    /// Creates a generator with a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns any number.
    pub const fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// Returns a number below `limit`; 0 for a limit of 0.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.any() >> 1).unwrap_or_default() % limit.max(1)
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<T: Copy + Default>(&mut self, from: &[T]) -> T {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }

    fn some<T>(&mut self, max: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(max + 1)).map(|_| make(self)).collect()
    }

    /// Returns a snapshot, usually of a few experiments, sometimes of hundreds.
    pub fn snapshot(&mut self) -> Value {
        let max = if self.one_in(20) { 300 } else { 24 };
        // Several experiments share rules.
        let shared = self.some(4, Self::rules);
        let mut experiments = Vec::new();
        for number in 0..self.below(max + 1) {
            experiments.push(self.experiment(number, &shared));
        }
        json!({"version": self.any() >> 12, "environment": "prod", "publishedAt": "now", "experiments": experiments})
    }

    fn experiment(&mut self, number: usize, shared: &[Value]) -> Value {
        let variants = self.below(4);
        let mut rules = || match shared.get(self.below(shared.len() * 2)) {
            Some(rules) => rules.clone(),
            None => self.rules(),
        };
        let (audience, targeting) = (rules(), rules());
        let salt_chars = if self.one_in(3) { self.below(70) } else { 36 };
        let salt: String = (0..salt_chars).map(|_| self.pick(&['0', 'a', 'f', '-', 'é'])).collect();
        let allocations = if self.one_in(2) {
            vec![json!({"variantId": "v0", "rangeStart": 0, "rangeEnd": 9999})]
        } else {
            self.some(4, |random| {
                let (start, length) = (random.below(10_100), random.below(6000));
                let variant = random.below(4);
                json!({"variantId": format!("v{variant}"), "rangeStart": start, "rangeEnd": start + length})
            })
        };
        let variants =
            (0..variants).map(|variant| json!({"id": format!("v{variant}"), "key": "k", "payload": null}));
        json!({
            "id": format!("e{number}"), "key": format!("k{number}"), "salt": salt,
            "audienceRules": audience, "targetingRules": targeting,
            "variants": variants.collect::<Vec<_>>(), "allocations": allocations,
        })
    }

    fn rules(&mut self) -> Value {
        Value::from(self.some(3, |random| json!({"conditions": random.some(3, Self::condition)})))
    }

    fn condition(&mut self) -> Value {
        let mut condition = json!({"attribute": self.pick(&ATTRIBUTES), "operator": self.operator()});
        if !self.one_in(12)
            && let Some(members) = condition.as_object_mut()
        {
            members.insert("value".to_owned(), self.value(2));
        }
        condition
    }

    fn operator(&mut self) -> &'static str {
        let operator = Operator::ALL.get(self.below(Operator::ALL.len() + 1));
        operator.map_or(UNKNOWN_OPERATOR, |operator| operator.name())
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 8 } else { 12 }) {
            0..4 => Value::from(self.pick(&STRINGS)),
            4 | 5 => Value::from(self.pick(&NUMBERS)),
            6 => Value::from(self.below(3)),
            7 => self.pick(&[Some(true), Some(false), None]).map_or(Value::Null, Value::from),
            8..11 => Value::from(self.some(20, |random| random.value(depth - 1))),
            _ => {
                let members = self
                    .some(3, |random| (random.pick(&["b", "c", "", "length", "0"]), random.value(depth - 1)));
                members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            }
        }
    }

    /// Returns a user key.
    pub fn user(&mut self) -> String {
        let chars = 1 + self.below(12);
        (0..chars).map(|_| self.pick(&['u', '7', ':', 'é', '日'])).collect()
    }

    /// Returns a context.
    pub fn context(&mut self) -> Map<String, Value> {
        let mut context = Map::new();
        for attribute in ATTRIBUTES {
            if !self.one_in(3) {
                context.insert(attribute.to_owned(), self.value(3));
            }
        }
        if self.one_in(10) {
            context.extend((0..20).map(|number| (format!("more-{number}"), Value::Null)));
        }
        context
    }
}
