//! Views of any type, made smaller for browsers.

#[cfg(not(target_family = "wasm"))]
pub(crate) use leptos::prelude::IntoAny;

#[cfg(target_family = "wasm")]
pub(crate) use browser::IntoAny;

#[cfg(target_family = "wasm")]
mod browser {
    use leptos::{
        prelude::{AddAnyAttr, AnyView, Render, RenderHtml},
        tachys::{
            html::attribute::{Attribute, any_attribute::AnyAttribute},
            hydration::Cursor,
            view::{Position, PositionState},
        },
    };

    /// Hides the type of a view, as Leptos' own trait of that name does. That one also has each view come to life bit by bit, as
    /// pages do that are loaded in parts. Ours are not, and without it they are a sixth smaller.
    pub(crate) trait IntoAny {
        /// The same view, of a type that says nothing of what is in it.
        fn into_any(self) -> AnyView;
    }

    impl<T: RenderHtml + Send + 'static> IntoAny for T {
        fn into_any(self) -> AnyView {
            leptos::prelude::IntoAny::into_any(AtOnce(self))
        }
    }

    /// A view that comes to life at once.
    struct AtOnce<T>(T);

    impl<T: Render> Render for AtOnce<T> {
        type State = T::State;

        fn build(self) -> Self::State {
            self.0.build()
        }

        fn rebuild(self, state: &mut Self::State) {
            self.0.rebuild(state);
        }
    }

    impl<T: RenderHtml + 'static> AddAnyAttr for AtOnce<T> {
        type Output<A: Attribute> = Self;

        fn add_any_attr<A: Attribute>(self, _: A) -> Self::Output<A> {
            self
        }
    }

    impl<T: RenderHtml + 'static> RenderHtml for AtOnce<T> {
        type AsyncOutput = Self;
        type Owned = Self;

        const EXISTS: bool = T::EXISTS;
        const MIN_LENGTH: usize = T::MIN_LENGTH;

        fn dry_resolve(&mut self) {
            self.0.dry_resolve();
        }

        async fn resolve(self) -> Self {
            self
        }

        fn to_html_with_buf(
            self,
            buffer: &mut String,
            position: &mut Position,
            escape: bool,
            mark_branches: bool,
            attributes: Vec<AnyAttribute>,
        ) {
            self.0.to_html_with_buf(buffer, position, escape, mark_branches, attributes);
        }

        fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
            self.0.hydrate::<FROM_SERVER>(cursor, position)
        }

        fn into_owned(self) -> Self {
            self
        }
    }
}
