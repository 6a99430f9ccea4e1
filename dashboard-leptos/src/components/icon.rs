use leptos::prelude::*;

/// The favicon.
#[cfg(not(target_family = "wasm"))]
pub(crate) const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E\
%3Crect width='24' height='24' rx='6' fill='%234f46e5'/%3E%3Cpath d='M6 12h4l3-5h5M10 12l3 5h5' fill='none' stroke='white' \
stroke-width='2' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";

/// The symbol of an icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symbol {
    Overview,
    Environments,
    Experiments,
    Audiences,
    Add,
    Close,
    Search,
    Check,
    Warning,
    Info,
    Play,
    Pause,
    Archive,
    Delete,
    Edit,
    History,
    Undo,
    Sun,
    Moon,
    System,
    Keyboard,
    #[cfg_attr(target_family = "wasm", expect(dead_code, reason = "the server alone shows it"))]
    Up,
    #[cfg_attr(target_family = "wasm", expect(dead_code, reason = "the server alone shows it"))]
    Down,
    Left,
    #[cfg_attr(target_family = "wasm", expect(dead_code, reason = "the server alone shows it"))]
    Right,
    Reload,
    Copy,
}

impl Symbol {
    /// The SVG path, in a square of 16.
    const fn path(self) -> &'static str {
        match self {
            Self::Overview => "M2.5 2.5h4.5v5H2.5zM9 2.5h4.5v3H9zM9 8h4.5v5.5H9zM2.5 10h4.5v3.5H2.5z",
            Self::Environments => "M8 2l6 3-6 3-6-3zM2 8l6 3 6-3M2 11l6 3 6-3",
            Self::Experiments => "M2 8h3.5l3-4.5H14M5.5 8l3 4.5H14M12 1.5l2 2-2 2M12 10.5l2 2-2 2",
            Self::Audiences => {
                "M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12 9.9c1.6.5 2.5 1.8 2.5 3.6"
            }
            Self::Add => "M8 3v10M3 8h10",
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::Search => "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10M10.7 10.7L14 14",
            Self::Check => "M3 8.5l3.5 3.5L13 5",
            Self::Warning => "M8 2L1.5 13.5h13zM8 6.5v3.2M8 11.6v.1",
            Self::Info => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 7.4v3.4M8 5.2v.1",
            Self::Play => "M5 3l8 5-8 5z",
            Self::Pause => "M5.5 3.5v9M10.5 3.5v9",
            Self::Archive => "M2 3h12v3H2zM3 6v7.5h10V6M6.5 9h3",
            Self::Delete => "M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4M6.7 7v4M9.3 7v4",
            Self::Edit => "M10.5 3l2.5 2.5L6 12.5 3 13l.5-3z",
            Self::History => "M2.5 8A5.5 5.5 0 1 0 4 4.2M2.5 2.5V5H5M8 5v3.2l2.2 1.3",
            Self::Undo => "M5.5 3L2.5 6l3 3M2.5 6h7a3.5 3.5 0 0 1 0 7H6",
            Self::Sun => {
                "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7"
            }
            Self::Moon => "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z",
            Self::System => "M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11M8 2.5v11M10.5 3.2v9.6M12.5 5v6",
            Self::Keyboard => "M1.5 4h13v8h-13zM4 6.5h.1M6.7 6.5h.1M9.3 6.5h.1M12 6.5h.1M4.5 9.5h7",
            Self::Up => "M4 10l4-4 4 4",
            Self::Down => "M4 6l4 4 4-4",
            Self::Left => "M10 4L6 8l4 4",
            Self::Right => "M6 4l4 4-4 4",
            Self::Reload => "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.8h-2.8",
            Self::Copy => "M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3",
        }
    }
}

/// An icon next to a text with the same meaning. Screen readers ignore it.
#[component]
pub(crate) fn Icon(symbol: Symbol) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d=symbol.path()/>
        </svg>
    }
}

/// The product's logo.
#[component]
pub(crate) fn Logo() -> impl IntoView {
    view! {
        <svg class="logo" viewBox="0 0 24 24" aria-hidden="true">
            <rect width="24" height="24" rx="6"/>
            <path d="M6 12h4l3-5h5M10 12l3 5h5"/>
        </svg>
    }
}
