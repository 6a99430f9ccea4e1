use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use axum::http::Uri;
use edgewise_http::{PublicUrl, UpstreamUrl, front::PublicUrlError};

/// The URL of a store that snapshots are published to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreUrl {
    /// A directory, which contains `configs/`.
    Directory(PathBuf),
    /// A bucket of S3, or of a server with the same API.
    Bucket {
        /// The name of the bucket.
        name: String,
        /// The prefix of the keys: empty, or without a slash at either end.
        prefix: String,
    },
}

/// The URL of a store that snapshots are read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceUrl {
    /// A store that snapshots are published to.
    Store(StoreUrl),
    /// The URL below which `configs/` is served, without a trailing slash.
    Web(Uri),
}

/// A list of client addresses, in canonical form (never an IPv4 address mapped into IPv6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses(pub Vec<IpAddr>);

/// A valid log filter, in the syntax of `tracing_subscriber::EnvFilter`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(pub String);

pub(super) fn listen_address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "must be an IP address and a port, such as 127.0.0.1:3000 or [::1]:3000".to_owned())
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok().filter(|seconds| (0.01..=86_400.0).contains(seconds));
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "must be a number of seconds from 0.01 to 86400, such as 5 or 0.5".to_owned())
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err("must be true, false, 1 or 0".to_owned()),
    }
}

pub(super) fn readable_store(text: &str) -> Result<SourceUrl, String> {
    let web = || base(text, &["http", "https"]).map(SourceUrl::Web);
    store(text).map(SourceUrl::Store).or_else(web).ok_or_else(|| {
        "must be file:DIR, s3://BUCKET/PREFIX, or an http:// or https:// URL without a query".to_owned()
    })
}

pub(super) fn writable_store(text: &str) -> Result<StoreUrl, String> {
    store(text).ok_or_else(|| {
        "must be file:DIR or s3://BUCKET/PREFIX (only `edgewise decide` accepts an http:// URL, to read)"
            .to_owned()
    })
}

fn store(text: &str) -> Option<StoreUrl> {
    directory(text).map(StoreUrl::Directory).or_else(|| bucket(text))
}

/// Parses `s3://bucket` or `s3://bucket/some/prefix`.
fn bucket(text: &str) -> Option<StoreUrl> {
    let path = text.strip_prefix("s3://")?;
    let (name, prefix) = path.split_once('/').unwrap_or((path, ""));
    let in_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    let in_prefix = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    let valid = (3..=63).contains(&name.len()) && name.bytes().all(in_name) && prefix.bytes().all(in_prefix);
    valid.then(|| StoreUrl::Bucket { name: name.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
}

/// Parses `file:data`, `file:/srv/data` or `file:///srv/data`.
fn directory(text: &str) -> Option<PathBuf> {
    let path = text.strip_prefix("file:")?;
    let path = match path.strip_prefix("//") {
        Some(absolute) if absolute.starts_with('/') => absolute,
        Some(_host) => return None,
        None => path,
    };
    (!path.is_empty()).then(|| PathBuf::from(path))
}

/// Parses a URL without a query, a fragment or a user, and removes the trailing slashes of its path.
fn base(text: &str, schemes: &[&str]) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let plain = uri.query().is_none() && !text.contains('#') && !authority.as_str().contains('@');
    if !plain || !schemes.contains(&scheme) || authority.host().is_empty() {
        return None;
    }
    let path = uri.path().trim_end_matches('/');
    Uri::builder().scheme(scheme).authority(authority.as_str()).path_and_query(path).build().ok()
}

pub(super) fn endpoint(text: &str) -> Result<String, String> {
    base(text, &["http", "https"])
        .map(|uri| uri.to_string().trim_end_matches('/').to_owned())
        .ok_or_else(|| "must be an http:// or https:// URL, such as http://127.0.0.1:9000".to_owned())
}

pub(super) fn plane(text: &str) -> Result<UpstreamUrl, String> {
    base(text, &["http"])
        .and_then(|uri| {
            let prefix = uri.path().trim_end_matches('/').to_owned();
            Some(UpstreamUrl { authority: uri.into_parts().authority?, prefix })
        })
        .ok_or_else(|| "must be an http:// URL, such as http://127.0.0.1:3001".to_owned())
}

pub(super) fn public_url(text: &str) -> Result<PublicUrl, String> {
    text.parse().map_err(|problem: PublicUrlError| problem.to_string())
}

pub(super) fn addresses(text: &str) -> Result<Addresses, String> {
    let address = |part: &str| {
        let address: IpAddr = part.parse().map_err(|_| format!("`{part}` is not an IP address"))?;
        Ok(address.to_canonical())
    };
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(address).collect::<Result<_, String>>().map(Addresses)
}

pub(super) fn log_filter(text: &str) -> Result<LogFilter, String> {
    let hint = "must be off, error, warn, info, debug or trace, or a filter such as `info,edgewise=debug`";
    // EnvFilter takes any other single word for the name of a module, and would disable the log of all other modules.
    let levels = ["off", "error", "warn", "info", "debug", "trace"];
    let word = !text.contains(['=', ',', '[']);
    if word && !levels.contains(&text.to_ascii_lowercase().as_str()) {
        return Err(hint.to_owned());
    }
    match tracing_subscriber::EnvFilter::builder().parse(text) {
        Ok(_) => Ok(LogFilter(text.to_owned())),
        Err(_) => Err(hint.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_url_has_three_forms() {
        for text in ["file:/srv/s", "file:///srv/s"] {
            assert_eq!(readable_store(text), Ok(SourceUrl::Store(StoreUrl::Directory("/srv/s".into()))));
        }
        assert_eq!(writable_store("file:./s"), Ok(StoreUrl::Directory("./s".into())));
    }

    #[test]
    fn the_trailing_slashes_of_a_web_store_are_removed() {
        for text in ["http://host:8080/below//", "http://host:8080/below"] {
            let Ok(SourceUrl::Web(uri)) = readable_store(text) else { panic!("{text}") };
            assert_eq!(uri, "http://host:8080/below");
        }
        let Ok(SourceUrl::Web(uri)) = readable_store("https://host") else { panic!() };
        assert_eq!(uri.path().trim_end_matches('/'), "");
    }

    #[test]
    fn a_bucket_url_can_have_a_prefix() {
        let bucket =
            |prefix: &str| Ok(StoreUrl::Bucket { name: "my-bucket".to_owned(), prefix: prefix.to_owned() });
        assert_eq!(writable_store("s3://my-bucket"), bucket(""));
        assert_eq!(writable_store("s3://my-bucket/a/b/"), bucket("a/b"));
        assert_eq!(readable_store("s3://my-bucket/a"), bucket("a").map(SourceUrl::Store));
    }

    #[test]
    fn other_stores_are_refused_with_the_accepted_forms() {
        for text in [
            "s3://",
            "s3://Bucket",
            "s3://bucket/a?b",
            "snapshots",
            "",
            "file:",
            "file://host/x",
            "http://",
            "ftp://x",
            "http://h/?q",
        ] {
            assert!(readable_store(text).unwrap_err().contains("file:DIR"), "{text}");
        }
        assert!(writable_store("http://host").unwrap_err().contains("file:DIR"));
    }

    #[test]
    fn the_url_of_a_plane_keeps_its_path_without_the_trailing_slash() {
        let plane = plane("http://control:3001/below/").unwrap();
        assert_eq!((plane.authority.as_str(), plane.prefix.as_str()), ("control:3001", "/below"));
        assert_eq!(plane.to_string(), "http://control:3001/below");
        assert!(super::plane("https://control").is_err());
    }

    #[test]
    fn seconds_can_be_fractions_but_not_zero_negative_or_infinite() {
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        for text in ["0", "-1", "NaN", "inf", "1e9", "5s", ""] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_are_parsed_to_their_canonical_form() {
        let list = addresses("10.0.0.1, ::ffff:10.0.0.2,").unwrap();
        assert_eq!(list.0, ["10.0.0.1".parse::<IpAddr>().unwrap(), "10.0.0.2".parse::<IpAddr>().unwrap()]);
        assert_eq!(addresses("10.0.0.1,x"), Err("`x` is not an IP address".to_owned()));
    }

    #[test]
    fn a_misspelt_log_level_is_refused() {
        assert!(log_filter("verbose").is_err());
        assert!(log_filter("edgewise=loud").is_err());
        assert!(log_filter("warn,edgewise=debug").is_ok());
    }
}
