//! The protocol of calls.

use std::{future::Future, marker::PhantomData};

use leptos::server_fn::{
    Protocol,
    client::Client,
    codec::{Encoding, FromReq, GetUrl, IntoRes, Json, PostUrl},
    server::Server,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::problem::Problem;

/// The protocol of calls that read.
pub(crate) type Read = Compact<GetUrl>;
/// The protocol of calls that change something.
pub(crate) type Write = Compact<PostUrl>;

/// Like [`Http`](leptos::server_fn::Http) with JSON responses, but with less code in the browser: all calls share the
/// code that sends requests and reads responses.
pub(crate) struct Compact<Input>(PhantomData<Input>);

impl<Encoded, Input, Output, C, S> Protocol<Input, Output, C, S, Problem> for Compact<Encoded>
where
    Encoded: Encoding,
    Input: FromReq<Encoded, S::Request, Problem> + Serialize + Send,
    Output: IntoRes<Json, S::Response, Problem> + DeserializeOwned + Send,
    C: Client<Problem>,
    S: Server<Problem>,
{
    const METHOD: http::Method = Encoded::METHOD;

    async fn run_server<F, Fut>(request: S::Request, call: F) -> Result<S::Response, Problem>
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = Result<Output, Problem>> + Send,
    {
        let input = Input::from_req(request).await?;
        call(input).await?.into_res().await
    }

    #[cfg(target_family = "wasm")]
    fn run_client(path: &str, input: Input) -> impl Future<Output = Result<Output, Problem>> + Send {
        let fields = serde_qs::to_string(&input).unwrap_or_default();
        let response = if Encoded::METHOD == http::Method::GET {
            super::send::send(format!("{path}?{fields}"), None)
        } else {
            super::send::send(path.to_owned(), Some(fields))
        };
        async move { super::response::read(&response.await) }
    }

    /// The server calls the function directly.
    #[cfg(not(target_family = "wasm"))]
    async fn run_client(_: &str, _: Input) -> Result<Output, Problem> {
        super::response::read("")
    }
}
