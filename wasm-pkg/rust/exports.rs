//! What JavaScript can call. Pointers and lengths that a call returns beyond one number stand in an *answer*, whose
//! address is asked for once.
#![expect(
    unsafe_code,
    reason = "names that JavaScript can call must not be changed, and what lives between calls must stand somewhere"
)]

use core::{cell::UnsafeCell, panic::PanicInfo};

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[panic_handler]
fn panicked(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Something that lives between calls.
struct Global<T>(UnsafeCell<T>);

// SAFETY: this module is compiled for WASM without threads alone.
unsafe impl<T> Sync for Global<T> {}

impl<T> Global<T> {
    const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: there are no threads, exports call nothing of JavaScript, and no `work` here calls an export or
        // `with`: so nobody else has a reference.
        work(unsafe { &mut *self.0.get() })
    }
}

/// Words that a call returns beyond its result.
#[repr(C)]
struct Answer {
    at: *const u8,
    length: usize,
    low: u32,
    high: u32,
}

static ANSWER: Global<Answer> = Global::new(Answer { at: core::ptr::null(), length: 0, low: 0, high: 0 });

fn answer_bytes(bytes: &[u8]) {
    ANSWER.with(|answer| (answer.at, answer.length) = (bytes.as_ptr(), bytes.len()));
}

#[cfg(feature = "decide")]
fn answer_words(low: u32, high: u32) {
    ANSWER.with(|answer| (answer.low, answer.high) = (low, high));
}

fn address<T>(of: Option<&mut [T]>) -> *mut T {
    of.map_or(core::ptr::null_mut(), <[T]>::as_mut_ptr)
}

/// Where answers stand: address, length, and two more words.
#[unsafe(no_mangle)]
extern "C" fn answer() -> *const u8 {
    ANSWER.with(|answer| core::ptr::from_mut(answer).cast())
}

#[cfg(feature = "decide")]
mod decide {
    use edgewise_engine::{Ruleset, RulesetError, ruleset::FORMAT};

    use super::{ANSWER, Global, address, answer_bytes, answer_words};
    use crate::{attributes::Record, deciding::Deciding};

    static DECIDING: Global<Option<Deciding>> = Global::new(None);

    fn deciding<R>(work: impl FnOnce(&mut Deciding) -> R) -> R {
        DECIDING.with(|deciding| {
            if deciding.is_none() {
                first(deciding);
            }
            match deciding {
                Some(deciding) => work(deciding),
                None => core::arch::wasm32::unreachable(),
            }
        })
    }

    /// Once, and so not part of every export.
    #[cold]
    #[inline(never)]
    fn first(deciding: &mut Option<Deciding>) {
        *deciding = Some(Deciding::new());
    }

    fn of<R: Default>(handle: usize, ask: impl FnOnce(&Ruleset) -> R) -> R {
        deciding(|deciding| deciding.ruleset(handle).map(ask).unwrap_or_default())
    }

    /// The format of rulesets that can be loaded.
    #[unsafe(no_mangle)]
    extern "C" fn format() -> u32 {
        FORMAT
    }

    /// Room for a ruleset of so many bytes; 0 if there is none.
    #[unsafe(no_mangle)]
    extern "C" fn room(length: usize) -> *mut u8 {
        deciding(|deciding| address(deciding.room(length)))
    }

    /// Loads what was written there: the handle, or 0, and then the answer says why not.
    #[unsafe(no_mangle)]
    extern "C" fn load() -> usize {
        match deciding(Deciding::load) {
            Ok(handle) => return handle,
            Err(RulesetError::Foreign) => answer_words(1, 0),
            Err(RulesetError::Format(format)) => answer_words(2, format),
            Err(RulesetError::Unsupported(capabilities)) => answer_words(3, capabilities),
            // What exactly is broken is of use to nobody here, and its texts would be a twentieth of the file.
            Err(RulesetError::Damaged(_)) => answer_words(4, 0),
        }
        0
    }

    #[unsafe(no_mangle)]
    extern "C" fn release(handle: usize) {
        deciding(|deciding| deciding.release(handle));
    }

    /// The version, and in the answer's words the hash of the snapshot.
    #[unsafe(no_mangle)]
    #[expect(clippy::cast_precision_loss, reason = "versions are below 2^53")]
    #[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
    extern "C" fn version(handle: usize) -> f64 {
        let hash = of(handle, Ruleset::snapshot_hash);
        answer_words(hash as u32, (hash >> 32) as u32);
        of(handle, Ruleset::version) as f64
    }

    #[unsafe(no_mangle)]
    extern "C" fn environment(handle: usize) {
        of(handle, |ruleset| answer_bytes(ruleset.environment().as_bytes()));
    }

    #[unsafe(no_mangle)]
    extern "C" fn published_at(handle: usize) {
        of(handle, |ruleset| answer_bytes(ruleset.published_at().as_bytes()));
    }

    #[unsafe(no_mangle)]
    extern "C" fn experiments(handle: usize) -> u32 {
        of(handle, Ruleset::experiments)
    }

    #[unsafe(no_mangle)]
    extern "C" fn variants(handle: usize, experiment: u32) -> u32 {
        of(handle, |ruleset| ruleset.variants(experiment))
    }

    #[unsafe(no_mangle)]
    extern "C" fn attributes(handle: usize) -> usize {
        of(handle, |ruleset| ruleset.attributes().count())
    }

    #[unsafe(no_mangle)]
    extern "C" fn attribute(handle: usize, number: usize) {
        of(handle, |ruleset| answer_bytes(ruleset.attributes().nth(number).unwrap_or_default().as_bytes()));
    }

    /// What assignments of an experiment begin with.
    #[unsafe(no_mangle)]
    extern "C" fn head(handle: usize, experiment: u32) {
        of(handle, |ruleset| answer_bytes(ruleset.fragments().head(experiment)));
    }

    /// What assignments of a variant end with.
    #[unsafe(no_mangle)]
    extern "C" fn tail(handle: usize, experiment: u32, variant: u32) {
        of(handle, |ruleset| answer_bytes(ruleset.fragments().tail(experiment, variant)));
    }

    /// Where records are written before deciding, and in the answer where text is. 0 if there is not enough memory.
    #[unsafe(no_mangle)]
    extern "C" fn input(records: usize, text: usize) -> *mut Record {
        deciding(|deciding| match deciding.input(records, text) {
            Some((records, text)) => {
                answer_bytes(text);
                records.as_mut_ptr()
            }
            None => core::ptr::null_mut(),
        })
    }

    /// How many assignments there are. Where they stand, two words each, is in the answer.
    #[unsafe(no_mangle)]
    extern "C" fn decide(handle: usize, key_length: usize) -> usize {
        deciding(|deciding| {
            let assignments = deciding.decide(handle, key_length);
            ANSWER.with(|answer| answer.at = assignments.as_ptr().cast());
            assignments.len()
        })
    }
}

#[cfg(feature = "compile")]
mod compile {
    use alloc::vec::Vec;

    use super::{Global, address, answer_bytes};
    use crate::compiling::Compiling;

    static COMPILING: Global<Compiling> = Global::new(Compiling::new());
    static COMPILED: Global<Vec<u8>> = Global::new(Vec::new());

    /// Room for so many bytes of JSON; 0 if there is none. What was compiled before is gone then.
    #[unsafe(no_mangle)]
    extern "C" fn json_room(length: usize) -> *mut u8 {
        COMPILED.with(|compiled| *compiled = Vec::new());
        COMPILING.with(|compiling| address(compiling.room(length)))
    }

    /// Compiles what was written there: 1 and in the answer the ruleset's bytes, or 0 and why not.
    #[unsafe(no_mangle)]
    extern "C" fn compile() -> u32 {
        let result = COMPILING.with(Compiling::compile);
        let done = u32::from(result.is_ok());
        COMPILED.with(|compiled| {
            *compiled = result.unwrap_or_else(alloc::string::String::into_bytes);
            answer_bytes(compiled);
        });
        done
    }
}
