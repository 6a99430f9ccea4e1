/// Words of a ruleset, wherever they lie in memory: those of a section, as a rule.
///
/// A place that a checked ruleset names lies within its section. So reading one asks only whether the whole has it,
/// and a section need not be cut out first, which would cost more than most decisions read of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a> {
    whole: &'a [[u8; 4]],
    start: usize,
    len: usize,
}

impl<'a> Words<'a> {
    /// The whole words among bytes.
    #[inline]
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        let whole = bytes.as_chunks().0;
        Self { whole, start: 0, len: whole.len() }
    }

    /// `len` of the words, from `start` on.
    #[inline]
    pub(crate) const fn part(self, start: usize, len: usize) -> Self {
        Self { whole: self.whole, start, len }
    }

    #[inline]
    pub(crate) const fn len(self) -> usize {
        self.len
    }

    /// The word at `place`, if there are so many.
    #[inline]
    pub(crate) fn get(self, place: usize) -> Option<u32> {
        if place < self.len { Some(self.at(place)) } else { None }
    }

    /// A word that a checked ruleset has.
    #[inline]
    pub(crate) fn at(self, place: usize) -> u32 {
        self.whole.get(self.start + place).map_or(0, |word| u32::from_le_bytes(*word))
    }

    /// `N` words from `place` on, which a checked ruleset has.
    #[inline]
    pub(crate) fn record<const N: usize>(self, place: usize) -> [u32; N] {
        let words = self.whole.get(self.start + place..).and_then(|words| words.first_chunk::<N>());
        words.map_or([0; N], |words| words.map(u32::from_le_bytes))
    }

    /// The `block`th block of `R` records of `N` words each.
    #[inline]
    pub(crate) fn block<const R: usize, const N: usize>(self, block: usize) -> Option<&'a [[[u8; 4]; N]; R]> {
        self.whole.get(self.start + block * R * N..)?.as_chunks::<N>().0.first_chunk::<R>()
    }

    /// Records of `N` words, one after the other.
    #[inline]
    pub(crate) fn records<const N: usize>(self) -> impl ExactSizeIterator<Item = [u32; N]> + 'a {
        self.slice().as_chunks::<N>().0.iter().map(|words| words.map(u32::from_le_bytes))
    }

    /// A number of two words.
    pub(crate) fn pair(self, place: usize) -> u64 {
        u64::from(self.at(place)) | u64::from(self.at(place + 1)) << 32
    }

    /// The words from `first` to before `end`, which a checked ruleset has.
    #[inline]
    pub(crate) fn run(self, first: u32, end: u32) -> impl Iterator<Item = u32> + 'a {
        let words =
            self.whole.get(self.start + first as usize..self.start + end as usize).unwrap_or_default();
        words.iter().map(|word| u32::from_le_bytes(*word))
    }

    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = u32> + 'a {
        self.slice().iter().map(|word| u32::from_le_bytes(*word))
    }

    #[inline]
    fn slice(self) -> &'a [[u8; 4]] {
        self.whole.get(self.start..self.start + self.len).unwrap_or_default()
    }
}
