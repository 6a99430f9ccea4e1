//! Decoding the content of objects that a store, or who uploaded the objects, has compressed.

use std::pin::Pin;

use async_compression::tokio::bufread::{BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::error::Problem;

/// The encodings that [`decode`] knows, as the value of an `accept-encoding` header.
pub const ACCEPTED_ENCODINGS: &str = "gzip, br, deflate";

/// The size of the parts that are decoded at a time.
const PART_BYTES: usize = 64 << 10;

/// Decodes a content with the encodings of a `content-encoding` header, which were applied in this order.
///
/// # Errors
/// [`Problem::Failed`] if an encoding is not known, the content is not valid in the encoding, or is longer than `max_bytes`
/// after decoding.
pub async fn decode(encodings: &str, mut content: Vec<u8>, max_bytes: usize) -> Result<Vec<u8>, Problem> {
    for encoding in encodings.rsplit(',').map(str::trim) {
        let failed = |problem| Problem::Failed(format!("the content is not valid {encoding}: {problem}"));
        let encoded = content.as_slice();
        let mut decoder: Pin<Box<dyn AsyncRead + Send + '_>> = match encoding.to_ascii_lowercase().as_str() {
            // `aws-chunked` describes the upload, and some stores keep it.
            "" | "identity" | "aws-chunked" => continue,
            _ if encoded.is_empty() => continue,
            "gzip" | "x-gzip" => {
                let mut decoder = GzipDecoder::new(encoded);
                decoder.multiple_members(true);
                Box::pin(decoder)
            }
            "br" => Box::pin(BrotliDecoder::new(encoded)),
            // Some servers send deflate without the zlib format that the standard requires.
            "deflate" if is_zlib(encoded) => Box::pin(ZlibDecoder::new(encoded)),
            "deflate" => Box::pin(DeflateDecoder::new(encoded)),
            _ => {
                let known = ACCEPTED_ENCODINGS;
                return Err(Problem::Failed(format!("the content has an encoding other than {known}")));
            }
        };
        let (mut decoded, mut part) = (Vec::new(), vec![0; PART_BYTES]);
        loop {
            match decoder.read(&mut part).await.map_err(failed)? {
                0 => break,
                length if decoded.len() + length > max_bytes => {
                    return Err(Problem::Failed(format!("the content is larger than {max_bytes} bytes")));
                }
                length => decoded.extend(part.iter().take(length)),
            }
            // Other tasks run between the parts.
            tokio::task::yield_now().await;
        }
        drop(decoder);
        content = decoded;
    }
    Ok(content)
}

/// Returns whether a content begins with a header of zlib (RFC 1950, section 2.2).
fn is_zlib(content: &[u8]) -> bool {
    match content {
        [method, flags, ..] => method & 0x0F == 8 && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use async_compression::{
        Level,
        tokio::bufread::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder},
    };

    use super::*;

    const MAX: usize = 2 * PART_BYTES + 1;

    async fn read(mut reader: impl AsyncRead + Unpin) -> Vec<u8> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).await.unwrap();
        bytes
    }

    fn text() -> Vec<u8> {
        (0..200_000u32).flat_map(|number| number.to_string().into_bytes()).take(MAX).collect()
    }

    async fn problem(encodings: &str, content: &[u8], max: usize) -> String {
        decode(encodings, content.to_vec(), max).await.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn every_encoding_is_decoded_in_any_case_and_order() {
        let text = text();
        let gzip = read(GzipEncoder::new(text.as_slice())).await;
        let both = read(BrotliEncoder::with_quality(gzip.as_slice(), Level::Fastest)).await;
        let cases = [
            ("", text.clone()),
            ("identity", text.clone()),
            ("aws-chunked", text.clone()),
            ("gzip", gzip.clone()),
            ("GZIP", gzip.clone()),
            ("x-gzip", gzip.clone()),
            ("gzip,aws-chunked", gzip),
            ("br", read(BrotliEncoder::with_quality(text.as_slice(), Level::Fastest)).await),
            ("deflate", read(ZlibEncoder::new(text.as_slice())).await),
            ("deflate", read(DeflateEncoder::new(text.as_slice())).await),
            ("gzip, br", both),
        ];
        for (encodings, content) in cases {
            assert!(decode(encodings, content, MAX).await.unwrap() == text, "{encodings}");
        }
    }

    #[tokio::test]
    async fn the_parts_of_a_gzip_content_are_joined() {
        let mut content = read(GzipEncoder::new(b"one ".as_slice())).await;
        content.extend(read(GzipEncoder::new(b"two".as_slice())).await);
        assert_eq!(decode("gzip", content, MAX).await.unwrap(), b"one two");
        assert_eq!(decode("gzip", Vec::new(), MAX).await.unwrap(), b"");
    }

    #[tokio::test]
    async fn a_truncated_a_wrong_and_a_huge_content_are_refused() {
        let text = text();
        let gzip = read(GzipEncoder::new(text.as_slice())).await;
        assert!(problem("gzip", &gzip[..gzip.len() - 9], MAX).await.contains("not valid gzip"));
        assert!(problem("gzip", b"{\"version\":1}", MAX).await.contains("not valid gzip"));
        assert!(problem("gzip", &gzip, MAX - 1).await.contains("larger than"));
        assert!(problem("zstd", b"x", MAX).await.contains("other than gzip, br, deflate"));
    }
}
