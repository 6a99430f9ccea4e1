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

    /// `N` words from `place` on, which a checked ruleset has.
    #[inline]
    pub(crate) fn record<const N: usize>(self, place: usize) -> [u32; N] {
        let words = self.0.get(place..).and_then(|words| words.first_chunk::<N>());
        words.map_or([0; N], |words| words.map(u32::from_le_bytes))
    }

    /// The `block`th block of `R` records of `N` words each.
    #[inline]
    pub(crate) fn block<const R: usize, const N: usize>(self, block: usize) -> Option<&'a [[[u8; 4]; N]; R]> {
        self.0.as_chunks::<N>().0.as_chunks::<R>().0.get(block)
    }

    /// Records of `N` words, one after the other.
    #[inline]
    pub(crate) fn records<const N: usize>(self) -> impl ExactSizeIterator<Item = [u32; N]> + 'a {
        self.0.as_chunks::<N>().0.iter().map(|words| words.map(u32::from_le_bytes))
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
