//! Random numbers from a seed, the same on every machine and with every compiler.

/// A counter whose values are scrambled; good enough to shape test data, nothing else.
#[derive(Clone, Debug)]
pub(super) struct Rng {
    state: u64,
}

impl Rng {
    /// A sequence for this seed and these parts of a name; different parts give unrelated sequences.
    pub(super) fn new(seed: u64, parts: &[usize]) -> Self {
        let mut rng = Self { state: seed };
        for part in parts {
            rng.state = rng.number() ^ *part as u64;
        }
        rng
    }

    /// The next number: any value, each as likely.
    pub(super) fn number(&mut self) -> u64 {
        // An odd step visits every state; the multiplications and shifts spread each bit over all others.
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        for (shift, factor) in [(30, 0xbf58_476d_1ce4_e5b9), (27, 0x94d0_49bb_1331_11eb)] {
            mixed = (mixed ^ (mixed >> shift)).wrapping_mul(factor);
        }
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, or 0 if `end` is 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.number() % end).unwrap_or_default()
    }

    /// So many incompressible bytes.
    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        std::iter::repeat_with(|| self.number().to_le_bytes()).flatten().take(count).collect()
    }
}
