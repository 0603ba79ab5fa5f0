//! Adapter of `request.slint`.
use crate::ui;
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
    page.set_officer(SharedString::from(&provider.responsible_for_data));
    page.set_purpose(SharedString::from(&request.purpose));
    page.set_legal_basis(SharedString::from(&request.legal_basis));
    page.set_fee(SharedString::from(request.fee.as_deref().unwrap_or_default()));
    page.set_no_paper(request.no_paper);
    let data = request.data.iter().map(|group| i32::from(group.number()));
    page.set_data(super::put(page.get_data(), data.collect()));
}

pub(crate) fn clear(app: &ui::App) {
    app.global::<ui::Request>().set_data(ModelRc::default());
}

fn lines(parts: &[&String]) -> SharedString {
    let parts: Vec<&str> = parts
        .iter()
        .map(|part| part.as_str())
        .filter(|part| !part.is_empty())
        .collect();
    SharedString::from(parts.join("\n"))
}
