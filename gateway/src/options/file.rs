use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

/// The default settings file.
pub(super) const DEFAULT: &str = "edgewise.toml";

/// The settings in a file: values as text, by key.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) path: PathBuf,
    pub(super) values: BTreeMap<String, String>,
}

/// Reads the named file, or the default file if it exists.
pub(super) fn read(named: Option<&Path>) -> Result<Settings, String> {
    let path = named.unwrap_or(Path::new(DEFAULT));
    match fs::read_to_string(path) {
        Ok(text) => {
            let values = parse(&text).map_err(|problem| format!("`{}`: {problem}", path.display()))?;
            Ok(Settings { path: path.to_owned(), values })
        }
        Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(error) => Err(format!("the settings file `{}` cannot be read: {error}", path.display())),
    }
}

fn parse(text: &str) -> Result<BTreeMap<String, String>, String> {
    let table: Table = toml::from_str(text).map_err(|error| {
        let line =
            error.span().map_or(1, |span| text.get(..span.start).unwrap_or(text).lines().count().max(1));
        format!("line {line}: {}", error.message().replace('\n', " "))
    })?;
    table.into_iter().map(|(key, value)| as_text(&key, value).map(|text| (key, text))).collect()
}

fn as_text(key: &str, value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Boolean(on) => Ok(on.to_string()),
        Value::Array(elements) => {
            let texts = elements.into_iter().map(|element| as_text(key, element));
            Ok(texts.collect::<Result<Vec<_>, _>>()?.join(","))
        }
        Value::Datetime(_) | Value::Table(_) => {
            Err(format!("`{key}` must be a string, a number, true, false or a list"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn values_of_all_scalar_types_and_lists_are_accepted() {
        let text = "bind = '127.0.0.1:1'\npoll-interval = 0.5\ninsecure-open = true\nx = 3\n\
                    decide-rate-limit-allowlist = ['10.0.0.1', '::1']\n";
        let values = parse(text).unwrap();
        assert_eq!(values["poll-interval"], "0.5");
        assert_eq!(values["insecure-open"], "true");
        assert_eq!(values["x"], "3");
        assert_eq!(values["decide-rate-limit-allowlist"], "10.0.0.1,::1");
    }

    #[test]
    fn an_error_is_one_line_with_the_line_number_or_the_key() {
        let problem = parse("bind = '127.0.0.1:1'\npoll-interval = = 3\n").unwrap_err();
        assert!(problem.starts_with("line 2: ") && !problem.contains('\n'), "{problem}");
        let problem = parse("[server]\nbind = 'x'\n").unwrap_err();
        assert!(problem.starts_with("`server` must be"), "{problem}");
    }
}
