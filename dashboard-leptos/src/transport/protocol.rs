//! How a call gets from a browser to the server and back.

use std::{future::Future, marker::PhantomData};

use leptos::server_fn::{
    Protocol,
    client::Client,
    codec::{Encoding, FromReq, GetUrl, IntoRes, Json, PostUrl},
    server::Server,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::problem::Problem;

/// Of calls that read.
pub(crate) type Read = Lean<GetUrl>;
/// Of calls that change something.
pub(crate) type Write = Lean<PostUrl>;

/// As [`Http`](leptos::server_fn::Http) with JSON answers, in less code for browsers: there all calls share what sends them, and
/// what a call answers is read by the same code as what comes with a page.
pub(crate) struct Lean<Input>(PhantomData<Input>);

impl<Encoded, Input, Output, C, S> Protocol<Input, Output, C, S, Problem> for Lean<Encoded>
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
        let answer = if Encoded::METHOD == http::Method::GET {
            super::send::send(format!("{path}?{fields}"), None)
        } else {
            super::send::send(path.to_owned(), Some(fields))
        };
        async move { super::response::read(&answer.await) }
    }

    /// The server calls itself without sending anything.
    #[cfg(not(target_family = "wasm"))]
    async fn run_client(_: &str, _: Input) -> Result<Output, Problem> {
        super::response::read("")
    }
}
