//! Random choices that a seed repeats exactly, on every machine.

/// A `SplitMix64` generator: tiny, and good enough to pick test inputs.
pub(crate) struct Dice {
    state: u64,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Dice for one purpose, so that more inputs for one function change nothing for the others.
    pub(crate) fn for_purpose(seed: u64, purpose: &str) -> Self {
        let mixed = purpose.bytes().fold(seed, |mixed, byte| Self::new(mixed ^ u64::from(byte)).next());
        Self::new(mixed)
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not zero.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a length fits into 64 bits");
        usize::try_from(self.next() % end).expect("below a usize")
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// True `percent` times in a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    /// `low` to `high` characters of an ASCII alphabet.
    pub(crate) fn text(&mut self, alphabet: &str, low: usize, high: usize) -> String {
        let length = self.between(low, high);
        (0..length).map(|_| char::from(self.pick(alphabet.as_bytes()))).collect()
    }
}
