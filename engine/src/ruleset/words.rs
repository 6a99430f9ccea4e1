/// A range of words of a ruleset, usually a section. The bytes need not be aligned in memory.
///
/// Indexes in a validated ruleset lie within their section. Therefore a read is bounds-checked only against the whole
/// ruleset. Slicing the section first would cost more than most decisions read of the section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a> {
    whole: &'a [[u8; 4]],
    start: usize,
    len: usize,
}

impl<'a> Words<'a> {
    /// Creates the range of all whole words in `bytes`.
    #[inline]
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        let whole = bytes.as_chunks().0;
        Self { whole, start: 0, len: whole.len() }
    }

    /// Returns a range of `len` words from `start` on.
    #[inline]
    pub(crate) const fn part(self, start: usize, len: usize) -> Self {
        Self { whole: self.whole, start, len }
    }

    #[inline]
    pub(crate) const fn len(self) -> usize {
        self.len
    }

    /// Returns the word at `place`, if the range has such a word.
    #[inline]
    pub(crate) fn get(self, place: usize) -> Option<u32> {
        if place < self.len { Some(self.at(place)) } else { None }
    }

    /// Returns a word whose index was validated.
    #[inline]
    pub(crate) fn at(self, place: usize) -> u32 {
        self.whole.get(self.start + place).map_or(0, |word| u32::from_le_bytes(*word))
    }

    /// Returns `N` words from `place` on, whose indexes were validated.
    #[inline]
    pub(crate) fn record<const N: usize>(self, place: usize) -> [u32; N] {
        let words = self.whole.get(self.start + place..).and_then(|words| words.first_chunk::<N>());
        words.map_or([0; N], |words| words.map(u32::from_le_bytes))
    }

    /// Returns block number `block`, made up of `R` records of `N` words each.
    #[inline]
    pub(crate) fn block<const R: usize, const N: usize>(self, block: usize) -> Option<&'a [[[u8; 4]; N]; R]> {
        self.whole.get(self.start + block * R * N..)?.as_chunks::<N>().0.first_chunk::<R>()
    }

    /// Returns an iterator over records of `N` words.
    #[inline]
    pub(crate) fn records<const N: usize>(self) -> impl ExactSizeIterator<Item = [u32; N]> + 'a {
        self.slice().as_chunks::<N>().0.iter().map(|words| words.map(u32::from_le_bytes))
    }

    /// Returns an iterator over the records of `N` words from number `first` until number `end`; over none if the range has
    /// no such records.
    pub(crate) fn records_between<const N: usize>(
        self,
        first: usize,
        end: usize,
    ) -> impl Iterator<Item = [u32; N]> + 'a {
        let records = self.slice().as_chunks::<N>().0.get(first..end).unwrap_or_default();
        records.iter().map(|words| words.map(u32::from_le_bytes))
    }

    /// Returns a 64-bit number of two words.
    pub(crate) fn pair(self, place: usize) -> u64 {
        u64::from(self.at(place)) | u64::from(self.at(place + 1)) << 32
    }

    /// Returns an iterator over the words in `first..end`, whose indexes were validated.
    #[inline]
    pub(crate) fn run(self, first: u32, end: u32) -> impl Iterator<Item = u32> + 'a {
        let words =
            self.whole.get(self.start + first as usize..self.start + end as usize).unwrap_or_default();
        words.iter().map(|word| u32::from_le_bytes(*word))
    }

    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = u32> + Clone + 'a {
        self.slice().iter().map(|word| u32::from_le_bytes(*word))
    }

    #[inline]
    fn slice(self) -> &'a [[u8; 4]] {
        self.whole.get(self.start..self.start + self.len).unwrap_or_default()
    }
}
