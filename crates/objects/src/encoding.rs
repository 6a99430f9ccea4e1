//! Decoding the content of objects that a store, or who uploaded the objects, has compressed.

use async_compression::tokio::bufread::{BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::error::Problem;

/// The encodings that [`decode`] knows, as the value of an `accept-encoding` header.
pub const ACCEPTED_ENCODINGS: &str = "gzip, br, deflate";

/// The size of the parts that are decoded at a time.
const PART_BYTES: usize = 64 << 10;

/// The first bytes of a content in the format gzip (RFC 1952, section 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];

/// Decodes a content with the encodings of a `content-encoding` header, which were applied in this order. An encoding that is
/// not known leaves the content as it is, as in browsers: uploads often name an encoding that was not applied, such as `utf-8`.
/// What follows a gzip content, such as padding, is ignored.
///
/// # Errors
/// [`Problem::Failed`] if the content is not valid in an encoding, or is longer than `max_bytes` after decoding.
pub async fn decode(encodings: &str, mut content: Vec<u8>, max_bytes: usize) -> Result<Vec<u8>, Problem> {
    for encoding in encodings.rsplit(',').map(str::trim) {
        let encoded = content.as_slice();
        if encoded.is_empty() {
            break;
        }
        let limit = Limit { encoding, max_bytes };
        let mut decoded = Vec::new();
        match encoding.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => {
                let mut members = encoded;
                loop {
                    limit.read(GzipDecoder::new(&mut members), &mut decoded).await?;
                    if !members.starts_with(&GZIP_MAGIC) {
                        break;
                    }
                }
            }
            "br" => limit.read(BrotliDecoder::new(encoded), &mut decoded).await?,
            // Some servers send deflate without the zlib format that the standard requires.
            "deflate" if is_zlib(encoded) => limit.read(ZlibDecoder::new(encoded), &mut decoded).await?,
            "deflate" => limit.read(DeflateDecoder::new(encoded), &mut decoded).await?,
            _ => continue,
        }
        content = decoded;
    }
    Ok(content)
}

/// The size limit of a content that is decoded, and the encoding, for errors.
struct Limit<'a> {
    encoding: &'a str,
    max_bytes: usize,
}

impl Limit<'_> {
    /// Appends what a decoder reads to `decoded`.
    async fn read(&self, mut decoder: impl AsyncRead + Unpin, decoded: &mut Vec<u8>) -> Result<(), Problem> {
        let Self { encoding, max_bytes } = self;
        let failed = |problem| Problem::Failed(format!("the content is not valid {encoding}: {problem}"));
        let mut part = vec![0; PART_BYTES];
        loop {
            match decoder.read(&mut part).await.map_err(failed)? {
                0 => return Ok(()),
                length if decoded.len() + length > *max_bytes => {
                    return Err(Problem::Failed(format!("the content is larger than {max_bytes} bytes")));
                }
                length => decoded.extend(part.iter().take(length)),
            }
            // Other tasks run between the parts.
            tokio::task::yield_now().await;
        }
    }
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
        assert_eq!(decode("gzip", content.clone(), MAX).await.unwrap(), b"one two");
        content.extend([0; 512]);
        assert_eq!(decode("gzip", content.clone(), MAX).await.unwrap(), b"one two");
        // A further part that is broken is an error, unlike padding.
        content.truncate(content.len() - 512 - 9);
        assert!(problem("gzip", &content, MAX).await.contains("not valid gzip"));
        assert_eq!(decode("gzip", Vec::new(), MAX).await.unwrap(), b"");
    }

    #[tokio::test]
    async fn an_encoding_that_is_not_known_leaves_the_content_as_it_is() {
        for encodings in ["utf-8", "none", "compress", "zstd", "aws-chunked, utf-8"] {
            assert_eq!(decode(encodings, b"{}".to_vec(), MAX).await.unwrap(), b"{}", "{encodings}");
        }
        let gzip = read(GzipEncoder::new(b"{}".as_slice())).await;
        assert_eq!(decode("gzip, utf-8", gzip, MAX).await.unwrap(), b"{}");
    }

    #[tokio::test]
    async fn a_truncated_a_wrong_and_a_huge_content_are_refused() {
        let text = text();
        let gzip = read(GzipEncoder::new(text.as_slice())).await;
        assert!(problem("gzip", &gzip[..gzip.len() - 9], MAX).await.contains("not valid gzip"));
        assert!(problem("gzip", b"{\"version\":1}", MAX).await.contains("not valid gzip"));
        assert!(problem("gzip", &gzip, MAX - 1).await.contains("larger than"));
    }
}
