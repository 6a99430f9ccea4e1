//! Detection of processor features at run time: the only use of `std` in the engine, behind the feature `std`.

extern crate std;

/// Returns whether the processor has AVX2. The standard library caches the result.
pub(crate) fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}
