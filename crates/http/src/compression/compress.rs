//! Compressing a content.

use std::io::{self, Write};

use axum::body::Bytes;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::coding::Coding;

/// The size in bytes from which a content is compressed: a smaller content fits into one packet of the network anyway.
pub const MIN_BYTES: usize = 1000;
/// The size in bytes from which a content is compressed on a blocking thread, so that other requests are not delayed. Below
/// this size, compressing takes less than a millisecond.
const LARGE_BYTES: usize = 64 << 10;
/// The quality of Brotli. With a higher quality, compressing a ruleset takes several times as long, and the result is a tenth
/// smaller at best; for the largest rulesets the result is larger.
const BROTLI_QUALITY: i32 = 4;
/// The base-2 logarithms of the smallest and the largest window of Brotli. A window larger than the content costs time
/// alone.
const BROTLI_WINDOW: (u32, u32) = (14, 20);
/// The level of gzip. Higher levels take longer, and the result is not smaller.
const GZIP_LEVEL: u32 = 6;

/// Bounds the number of large contents that are compressed at the same time, and so the threads and the memory.
static LARGE_CONTENTS: Semaphore = Semaphore::const_new(2);

/// Returns a content after compression. `None` if compressing does not make the content smaller.
pub async fn compress(coding: Coding, content: &Bytes) -> Option<Bytes> {
    if content.len() < LARGE_BYTES {
        return compress_now(coding, content);
    }
    let permit = LARGE_CONTENTS.acquire().await.ok()?;
    let content = content.clone();
    let compressing = spawn_blocking(move || {
        // The thread goes on if the request is aborted.
        let _permit = permit;
        compress_now(coding, &content)
    });
    compressing.await.ok().flatten()
}

fn compress_now(coding: Coding, content: &[u8]) -> Option<Bytes> {
    let compressed = match coding {
        Coding::Brotli => brotli(content),
        Coding::Gzip => gzip(content),
    };
    // Writing into memory does not fail. Without a result, the content is sent as it is.
    let compressed = compressed.ok().filter(|compressed| compressed.len() < content.len())?;
    // Compressed content may be kept for long, so it does not keep spare memory.
    Some(compressed.into_boxed_slice().into())
}

fn brotli(content: &[u8]) -> io::Result<Vec<u8>> {
    let (smallest, largest) = BROTLI_WINDOW;
    let window = (usize::BITS - content.len().leading_zeros()).clamp(smallest, largest);
    let parameters = BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: i32::try_from(window).map_err(io::Error::other)?,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(GZIP_LEVEL));
    encoder.write_all(content)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn decompress(coding: Coding, compressed: &[u8]) -> Vec<u8> {
        let mut content = Vec::new();
        match coding {
            Coding::Brotli => brotli::BrotliDecompress(&mut &*compressed, &mut content).unwrap(),
            Coding::Gzip => {
                flate2::read::GzDecoder::new(compressed).read_to_end(&mut content).unwrap();
            }
        }
        content
    }

    #[tokio::test]
    async fn compressed_content_of_each_size_decompresses_to_the_content() {
        for length in [MIN_BYTES, LARGE_BYTES - 1, LARGE_BYTES, 3_000_000] {
            let text: String =
                (0_u64..).flat_map(|number| [number.to_string(), "-text ".to_owned()]).take(length).collect();
            let content = Bytes::from(text.into_bytes()).slice(..length);
            for coding in [Coding::Brotli, Coding::Gzip] {
                let compressed = compress(coding, &content).await.unwrap();
                assert!(compressed.len() < content.len() / 2, "{coding:?}, {length} bytes");
                assert!(decompress(coding, &compressed) == content, "{coding:?}, {length} bytes");
            }
        }
    }

    #[tokio::test]
    async fn content_that_compressing_does_not_make_smaller_has_no_compressed_form() {
        // The numbers of a linear congruential generator.
        let mut state = 1_u64;
        let content: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .take(2000)
        .collect();
        let content = Bytes::from(content);
        for coding in [Coding::Brotli, Coding::Gzip] {
            assert_eq!(compress(coding, &content).await, None, "{coding:?}");
        }
    }
}
