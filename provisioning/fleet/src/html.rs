//! Pages for people: HTML with one style sheet of its own, no script and nothing from elsewhere.
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Where a page's forms go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forms {
    /// It has none.
    None,
    /// To this backend.
    Own,
}

/// What a page with that style sheet may do (CSP level 3, §2.3.1): its own style and nothing else, no script, no picture, no
/// frame around it.
pub(crate) fn policy(style: &str, forms: Forms) -> String {
    let style = STANDARD.encode(Sha256::digest(style));
    let forms = match forms {
        Forms::None => "'none'",
        Forms::Own => "'self'",
    };
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// A page in that language under that policy.
pub(crate) fn answer(status: StatusCode, language: &'static str, policy: &str, page: String) -> Response {
    let fixed = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_LANGUAGE, language),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    let mut response = (status, page).into_response();
    let headers = response.headers_mut();
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = HeaderValue::from_str(policy);
    let policy = policy.unwrap_or(HeaderValue::from_static("default-src 'none'"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// Text for HTML, in elements and in quoted attributes (HTML living standard, §13.1.2).
pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html += "&amp;",
            '<' => html += "&lt;",
            '>' => html += "&gt;",
            '"' => html += "&quot;",
            '\'' => html += "&#39;",
            // No control character is text; a stored one never has any.
            character if character.is_control() => html.push(' '),
            character => html.push(character),
        }
    }
    html
}
