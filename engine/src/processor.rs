//! What the processor can do beyond what the build is sure of: the one thing the engine asks `std` for, and only with
//! its feature `std`.

extern crate std;

/// Whether it has AVX2. It is looked up once and remembered.
pub(crate) fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}
