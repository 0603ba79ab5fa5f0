//! Adapter of `request.slint`.
use crate::ui;
use drivers_api::card::ProviderCertificate;
use session::view::Request;
use slint::{ComponentHandle, ModelRc, SharedString};

pub(crate) fn fill(app: &ui::App, request: &Request) {
    let page = app.global::<ui::Request>();
    let provider = &request.provider;
    page.set_service(SharedString::from(&request.service));
    page.set_provider(SharedString::from(&provider.name));
    page.set_address(lines(&[&provider.street, &provider.city]));
    page.set_contact(lines(&[&provider.email, &provider.website]));
    page.set_authority(SharedString::from(&provider.data_protection_authority));
    page.set_officer(SharedString::from(&provider.data_protection_officer));
    page.set_purpose(SharedString::from(&request.purpose));
    page.set_legal_basis(SharedString::from(&request.legal_basis));
    page.set_fee(SharedString::from(request.fee.as_deref().unwrap_or_default()));
    let certificate = request.certificate.as_deref();
    let text = |of: fn(&ProviderCertificate) -> String| SharedString::from(certificate.map(of).unwrap_or_default());
    page.set_certificate(text(|c| with_url(&c.subject_name, c.subject_url.as_deref())));
    page.set_issuer(text(|c| with_url(&c.issuer_name, c.issuer_url.as_deref())));
    page.set_valid_until(text(|c| c.valid_until.strftime("%d.%m.%Y").to_string()));
    page.set_terms(text(|c| c.terms_of_usage.clone()));
    page.set_no_paper(request.no_paper);
    let data = request.data.iter().map(|group| i32::from(group.number()));
    page.set_data(super::put(page.get_data(), data.collect()));
    let questions = request.questions.iter().map(SharedString::from);
    page.set_questions(super::put(page.get_questions(), questions.collect()));
    page.set_only_shown(request.only_shown);
}

pub(crate) fn clear(app: &ui::App) {
    let page = app.global::<ui::Request>();
    page.set_data(ModelRc::default());
    page.set_questions(ModelRc::default());
}

fn with_url(name: &str, url: Option<&str>) -> String {
    match url {
        Some(url) => format!("{name}\n{url}"),
        None => name.to_owned(),
    }
}

fn lines(parts: &[&String]) -> SharedString {
    let parts: Vec<&str> = parts
        .iter()
        .map(|part| part.as_str())
        .filter(|part| !part.is_empty())
        .collect();
    SharedString::from(parts.join("\n"))
}
