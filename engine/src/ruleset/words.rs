/// Words of a ruleset, wherever they lie in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a>(&'a [[u8; 4]]);

impl<'a> Words<'a> {
    /// The whole words among bytes.
    #[inline]
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self(bytes.as_chunks().0)
    }

    #[inline]
    pub(crate) const fn len(self) -> usize {
        self.0.len()
    }

    #[inline]
    pub(crate) fn get(self, place: usize) -> Option<u32> {
        self.0.get(place).map(|word| u32::from_le_bytes(*word))
    }

    /// A word that a checked ruleset has.
    #[inline]
    pub(crate) fn at(self, place: usize) -> u32 {
        self.get(place).unwrap_or_default()
    }

    /// A number of two words.
    pub(crate) fn pair(self, place: usize) -> u64 {
        u64::from(self.at(place)) | u64::from(self.at(place + 1)) << 32
    }

    /// `count` words from `first` on; fewer if there are not so many.
    #[inline]
    pub(crate) fn run(self, first: u32, count: u32) -> impl Iterator<Item = u32> + 'a {
        let end = (first as usize).saturating_add(count as usize);
        let words = self.0.get(first as usize..end.min(self.0.len())).unwrap_or_default();
        words.iter().map(|word| u32::from_le_bytes(*word))
    }

    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = u32> + 'a {
        self.0.iter().map(|word| u32::from_le_bytes(*word))
    }
}
