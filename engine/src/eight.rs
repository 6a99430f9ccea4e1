//! Operations on eight numbers at a time.
//!
//! Compilers turn operations on arrays of eight into vector instructions for processors that have such instructions.
//! For WASM, compilers do not, so this module writes the same operations as two vectors of four.

pub(crate) use numbers::Eight;

/// Operations that both representations share.
impl Eight {
    #[inline(always)]
    pub(crate) fn rotate_left(self, by: u32) -> Self {
        self << by | self >> (32 - by)
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod numbers {
    #![expect(clippy::indexing_slicing, reason = "arrays of eight, indexed by 0 to 7")]

    use core::ops::{Add, BitAnd, BitOr, BitXor, Mul, Shl, Shr};

    /// Eight 32-bit numbers. Addition and multiplication wrap around.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Eight([u32; 8]);

    #[inline(always)]
    fn each(number: impl Fn(usize) -> u32) -> Eight {
        Eight(core::array::from_fn(number))
    }

    impl Eight {
        #[inline(always)]
        pub(crate) fn all(number: u32) -> Self {
            Self([number; 8])
        }

        /// Reads eight little-endian numbers.
        #[inline(always)]
        pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
            let (numbers, _) = bytes.as_chunks::<4>();
            each(|lane| u32::from_le_bytes(numbers[lane]))
        }

        /// Returns the remainders of the division by `BY`.
        #[inline(always)]
        pub(crate) fn modulo<const BY: u32>(self) -> [u32; 8] {
            self.0.map(|number| number % BY)
        }
    }

    impl BitXor for Eight {
        type Output = Self;

        #[inline(always)]
        fn bitxor(self, other: Self) -> Self {
            each(|lane| self.0[lane] ^ other.0[lane])
        }
    }

    impl BitAnd<u32> for Eight {
        type Output = Self;

        #[inline(always)]
        fn bitand(self, mask: u32) -> Self {
            each(|lane| self.0[lane] & mask)
        }
    }

    impl BitOr for Eight {
        type Output = Self;

        #[inline(always)]
        fn bitor(self, other: Self) -> Self {
            each(|lane| self.0[lane] | other.0[lane])
        }
    }

    impl Mul<u32> for Eight {
        type Output = Self;

        #[inline(always)]
        fn mul(self, by: u32) -> Self {
            each(|lane| self.0[lane].wrapping_mul(by))
        }
    }

    impl Add<u32> for Eight {
        type Output = Self;

        #[inline(always)]
        fn add(self, number: u32) -> Self {
            each(|lane| self.0[lane].wrapping_add(number))
        }
    }

    impl Shl<u32> for Eight {
        type Output = Self;

        #[inline(always)]
        fn shl(self, by: u32) -> Self {
            each(|lane| self.0[lane] << by)
        }
    }

    impl Shr<u32> for Eight {
        type Output = Self;

        #[inline(always)]
        fn shr(self, by: u32) -> Self {
            each(|lane| self.0[lane] >> by)
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod numbers {
    use core::{
        arch::wasm32::{
            u32x4, u32x4_add, u32x4_extract_lane, u32x4_mul, u32x4_shl, u32x4_shr, u32x4_shuffle,
            u32x4_splat, u32x4_sub, u64x2_extmul_high_u32x4, u64x2_extmul_low_u32x4, u64x2_shr, v128,
            v128_and, v128_or, v128_xor,
        },
        ops::{Add, BitAnd, BitOr, BitXor, Mul, Shl, Shr},
    };

    /// Eight 32-bit numbers. Addition and multiplication wrap around.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Eight(v128, v128);

    impl Eight {
        #[inline(always)]
        pub(crate) fn all(number: u32) -> Self {
            Self(u32x4_splat(number), u32x4_splat(number))
        }

        /// Reads eight little-endian numbers.
        #[inline(always)]
        pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
            let (numbers, _) = bytes.as_chunks::<4>();
            let &[a, b, c, d, e, f, g, h] = numbers else { return Self::all(0) };
            let four = |a, b, c, d| {
                u32x4(
                    u32::from_le_bytes(a),
                    u32::from_le_bytes(b),
                    u32::from_le_bytes(c),
                    u32::from_le_bytes(d),
                )
            };
            Self(four(a, b, c, d), four(e, f, g, h))
        }

        /// Returns the remainders of the division by `BY`.
        #[inline(always)]
        pub(crate) fn modulo<const BY: u32>(self) -> [u32; 8] {
            let (a, b) = (modulo_four::<BY>(self.0), modulo_four::<BY>(self.1));
            [
                u32x4_extract_lane::<0>(a),
                u32x4_extract_lane::<1>(a),
                u32x4_extract_lane::<2>(a),
                u32x4_extract_lane::<3>(a),
                u32x4_extract_lane::<0>(b),
                u32x4_extract_lane::<1>(b),
                u32x4_extract_lane::<2>(b),
                u32x4_extract_lane::<3>(b),
            ]
        }
    }

    /// Computes remainders by multiplying with the reciprocal, which is rounded up to enough bits to be exact for all
    /// 32-bit numbers (Granlund and Montgomery: *Division by invariant integers using multiplication*, 1994).
    /// `BY` is 10,000: the reciprocal then fits into 32 bits.
    #[inline(always)]
    fn modulo_four<const BY: u32>(numbers: v128) -> v128 {
        const { assert!(BY == 10_000, "the reciprocal is that of 10,000") };
        let reciprocal = u32x4_splat(0xd1b7_1759);
        let low = u64x2_shr(u64x2_extmul_low_u32x4(numbers, reciprocal), 45);
        let high = u64x2_shr(u64x2_extmul_high_u32x4(numbers, reciprocal), 45);
        let quotients = u32x4_shuffle::<0, 2, 4, 6>(low, high);
        u32x4_sub(numbers, u32x4_mul(quotients, u32x4_splat(BY)))
    }

    impl BitXor for Eight {
        type Output = Self;

        #[inline(always)]
        fn bitxor(self, other: Self) -> Self {
            Self(v128_xor(self.0, other.0), v128_xor(self.1, other.1))
        }
    }

    impl BitAnd<u32> for Eight {
        type Output = Self;

        #[inline(always)]
        fn bitand(self, mask: u32) -> Self {
            Self(v128_and(self.0, u32x4_splat(mask)), v128_and(self.1, u32x4_splat(mask)))
        }
    }

    impl BitOr for Eight {
        type Output = Self;

        #[inline(always)]
        fn bitor(self, other: Self) -> Self {
            Self(v128_or(self.0, other.0), v128_or(self.1, other.1))
        }
    }

    impl Mul<u32> for Eight {
        type Output = Self;

        #[inline(always)]
        fn mul(self, by: u32) -> Self {
            Self(u32x4_mul(self.0, u32x4_splat(by)), u32x4_mul(self.1, u32x4_splat(by)))
        }
    }

    impl Add<u32> for Eight {
        type Output = Self;

        #[inline(always)]
        fn add(self, number: u32) -> Self {
            Self(u32x4_add(self.0, u32x4_splat(number)), u32x4_add(self.1, u32x4_splat(number)))
        }
    }

    impl Shl<u32> for Eight {
        type Output = Self;

        #[inline(always)]
        fn shl(self, by: u32) -> Self {
            Self(u32x4_shl(self.0, by), u32x4_shl(self.1, by))
        }
    }

    impl Shr<u32> for Eight {
        type Output = Self;

        #[inline(always)]
        fn shr(self, by: u32) -> Self {
            Self(u32x4_shr(self.0, by), u32x4_shr(self.1, by))
        }
    }
}
