//! The functions that JavaScript calls. A call that returns more than one number writes pointers and lengths into the
//! *result*, whose address JavaScript reads once.
#![expect(
    unsafe_code,
    reason = "exported names must not be mangled, and the state between calls needs globals"
)]

use core::{cell::UnsafeCell, panic::PanicInfo};

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[panic_handler]
fn panicked(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// State that lives between calls.
struct Global<T>(UnsafeCell<T>);

// SAFETY: this module is compiled only for WASM without threads.
unsafe impl<T> Sync for Global<T> {}

impl<T> Global<T> {
    const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: there are no threads, exports do not call JavaScript, and no `work` in this module calls an export
        // or `with` of the same global, so there is no other reference.
        work(unsafe { &mut *self.0.get() })
    }
}

/// The result of a call, beyond the returned number.
#[repr(C)]
struct CallResult {
    at: *const u8,
    length: usize,
    low: u32,
    high: u32,
}

static RESULT: Global<CallResult> =
    Global::new(CallResult { at: core::ptr::null(), length: 0, low: 0, high: 0 });

fn return_bytes(bytes: &[u8]) {
    RESULT.with(|result| (result.at, result.length) = (bytes.as_ptr(), bytes.len()));
}

#[cfg(feature = "decide")]
fn return_words(low: u32, high: u32) {
    RESULT.with(|result| (result.low, result.high) = (low, high));
}

fn address<T>(of: Option<&mut [T]>) -> *mut T {
    of.map_or(core::ptr::null_mut(), <[T]>::as_mut_ptr)
}

/// Returns the address of the result: address, length, and two more words.
#[unsafe(no_mangle)]
extern "C" fn result() -> *const u8 {
    RESULT.with(|result| core::ptr::from_mut(result).cast())
}

#[cfg(feature = "decide")]
mod decide {
    use edgewise_engine::{EntityId, Ruleset, RulesetError, VariantId, ruleset::FORMAT};

    use super::{Global, RESULT, address, return_bytes, return_words};
    use crate::{attributes::Record, deciding::DecideState};

    static DECIDING: Global<Option<DecideState>> = Global::new(None);

    fn deciding<R>(work: impl FnOnce(&mut DecideState) -> R) -> R {
        DECIDING.with(|deciding| {
            if deciding.is_none() {
                initialize(deciding);
            }
            match deciding {
                Some(deciding) => work(deciding),
                None => core::arch::wasm32::unreachable(),
            }
        })
    }

    /// Called once, and therefore not inlined into every export.
    #[cold]
    #[inline(never)]
    fn initialize(deciding: &mut Option<DecideState>) {
        *deciding = Some(DecideState::new());
    }

    fn of<R: Default>(handle: usize, read: impl FnOnce(&Ruleset) -> R) -> R {
        deciding(|deciding| deciding.ruleset(handle).map(read).unwrap_or_default())
    }

    /// Returns the format of rulesets that can be loaded.
    #[unsafe(no_mangle)]
    extern "C" fn format() -> u32 {
        FORMAT
    }

    /// Returns the address of space for a ruleset of `length` bytes; 0 if memory is exhausted.
    #[unsafe(no_mangle)]
    extern "C" fn room(length: usize) -> *mut u8 {
        deciding(|deciding| address(deciding.room(length)))
    }

    /// Loads the ruleset that was written into the space. Returns the handle, or 0 with the reason in the result.
    #[unsafe(no_mangle)]
    extern "C" fn load() -> usize {
        match deciding(DecideState::load) {
            Ok(handle) => return handle,
            Err(RulesetError::Foreign) => return_words(1, 0),
            Err(RulesetError::Format(format)) => return_words(2, format),
            Err(RulesetError::Unsupported(capabilities)) => return_words(3, capabilities),
            // The details are of no use here, and their texts would take up 5 % of the file.
            Err(RulesetError::Damaged(_)) => return_words(4, 0),
        }
        0
    }

    #[unsafe(no_mangle)]
    extern "C" fn release(handle: usize) {
        deciding(|deciding| deciding.release(handle));
    }

    /// Returns the version, with the hash of the snapshot in the words of the result.
    #[unsafe(no_mangle)]
    #[expect(clippy::cast_precision_loss, reason = "versions are below 2^53")]
    #[expect(clippy::cast_possible_truncation, reason = "splits into halves")]
    extern "C" fn version(handle: usize) -> f64 {
        let hash = of(handle, Ruleset::snapshot_hash);
        return_words(hash as u32, (hash >> 32) as u32);
        of(handle, Ruleset::version) as f64
    }

    #[unsafe(no_mangle)]
    extern "C" fn environment(handle: usize) {
        of(handle, |ruleset| return_bytes(ruleset.environment().as_bytes()));
    }

    #[unsafe(no_mangle)]
    extern "C" fn published_at(handle: usize) {
        of(handle, |ruleset| return_bytes(ruleset.published_at().as_bytes()));
    }

    #[unsafe(no_mangle)]
    extern "C" fn experiments(handle: usize) -> u32 {
        of(handle, Ruleset::experiments)
    }

    #[unsafe(no_mangle)]
    extern "C" fn variants(handle: usize, entity: u32) -> u32 {
        of(handle, |ruleset| ruleset.variants(EntityId::new(entity)))
    }

    #[unsafe(no_mangle)]
    extern "C" fn attributes(handle: usize) -> usize {
        of(handle, |ruleset| ruleset.attributes().count())
    }

    #[unsafe(no_mangle)]
    extern "C" fn attribute(handle: usize, number: usize) {
        of(handle, |ruleset| return_bytes(ruleset.attributes().nth(number).unwrap_or_default().as_bytes()));
    }

    /// Returns the start of an entity's assignments.
    #[unsafe(no_mangle)]
    extern "C" fn head(handle: usize, entity: u32) {
        of(handle, |ruleset| return_bytes(ruleset.fragments().head(EntityId::new(entity))));
    }

    /// Returns the end of a variant's assignments.
    #[unsafe(no_mangle)]
    extern "C" fn tail(handle: usize, entity: u32, variant: u32) {
        let (entity, variant) = (EntityId::new(entity), VariantId::new(variant));
        of(handle, |ruleset| return_bytes(ruleset.fragments().tail(entity, variant)));
    }

    /// Returns the address of the records, with the space for texts in the result; 0 if memory is exhausted.
    #[unsafe(no_mangle)]
    extern "C" fn input(records: usize, text: usize) -> *mut Record {
        deciding(|deciding| match deciding.input(records, text) {
            Some((records, text)) => {
                return_bytes(text);
                records.as_mut_ptr()
            }
            None => core::ptr::null_mut(),
        })
    }

    /// Returns the number of assignments, with their address in the result. An assignment is two words. A key of length 0 is
    /// no key. `now` is the current time in milliseconds since 1970.
    #[unsafe(no_mangle)]
    #[expect(clippy::cast_possible_truncation, reason = "times are cut to milliseconds")]
    extern "C" fn decide(handle: usize, key_length: usize, now: f64) -> usize {
        deciding(|deciding| {
            let assignments = deciding.decide(handle, key_length, now as i64);
            RESULT.with(|result| result.at = assignments.as_ptr().cast());
            assignments.len()
        })
    }
}

#[cfg(feature = "compile")]
mod compile {
    use alloc::vec::Vec;

    use super::{Global, address, return_bytes};
    use crate::compiling::CompileState;

    static COMPILING: Global<CompileState> = Global::new(CompileState::new());
    static COMPILED: Global<Vec<u8>> = Global::new(Vec::new());

    /// Returns the address of space for `length` bytes of JSON; 0 if memory is exhausted. Releases the last compiled
    /// ruleset.
    #[unsafe(no_mangle)]
    extern "C" fn json_room(length: usize) -> *mut u8 {
        COMPILED.with(|compiled| *compiled = Vec::new());
        COMPILING.with(|compiling| address(compiling.room(length)))
    }

    /// Compiles the JSON that was written into the space. Returns 1 with the bytes of the ruleset in the result, or 0 with
    /// the reason.
    #[unsafe(no_mangle)]
    extern "C" fn compile() -> u32 {
        let outcome = COMPILING.with(CompileState::compile);
        let done = u32::from(outcome.is_ok());
        COMPILED.with(|compiled| {
            *compiled = outcome.unwrap_or_else(alloc::string::String::into_bytes);
            return_bytes(compiled);
        });
        done
    }
}
