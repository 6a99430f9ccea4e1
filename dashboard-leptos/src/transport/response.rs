//! What calls answer, on its way.

use leptos::{prelude::FromServerFnError, server_fn::error::ServerFnErrorErr};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// An answer as text: the JSON of what was asked for behind a `+`, or that of a [`Problem`] behind a `-`. It is read where it is
/// used, so that what loads and sends is one piece of code for all calls.
pub(super) fn text(went_well: bool, json: &str) -> String {
    let sign = if went_well { '+' } else { '-' };
    format!("{sign}{json}")
}

/// Whether the text of an answer says that none came.
pub(crate) fn is_none(answer: &str) -> bool {
    answer.strip_prefix('-') == Some(Problem::NO_ANSWER)
}

/// Reads the text of an answer.
pub(crate) fn read<T: DeserializeOwned>(answer: &str) -> Result<T, Problem> {
    let read = match answer.strip_prefix('+') {
        Some(json) => serde_json::from_str(json).map(Ok),
        None => serde_json::from_str(answer.strip_prefix('-').unwrap_or(answer)).map(Err),
    };
    read.unwrap_or_else(|error| {
        Err(Problem::from_server_fn_error(ServerFnErrorErr::Deserialization(error.to_string())))
    })
}

#[cfg(not(target_family = "wasm"))]
pub(super) fn of<T: serde::Serialize>(result: &Result<T, Problem>) -> String {
    let json = match result {
        Ok(value) => serde_json::to_string(value),
        Err(problem) => serde_json::to_string(problem),
    };
    json.map(|json| text(result.is_ok(), &json)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_it_was_given() {
        let problem = Problem { status: 409, message: "taken".to_owned() };
        for given in [Ok(7_u8), Err(problem)] {
            assert_eq!(read::<u8>(&of(&given)), given);
        }
        assert_eq!(read::<u8>("<html>").map_err(|problem| problem.status), Err(502));
    }

    #[test]
    fn no_answer_is_told_apart() {
        let none = text(false, Problem::NO_ANSWER);
        assert!(is_none(&none) && !is_none(&text(true, "7")));
        assert_eq!(read::<u8>(&none).map_err(|problem| problem.status), Err(0));
    }
}
