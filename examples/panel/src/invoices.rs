//! Invoices: number, date and state may pass; amounts and whom they went to are masked.

use axum::{
    Extension,
    extract::Path,
    response::{IntoResponse, Response},
};
use http::header;

use crate::{
    data::{Account, Invoice},
    identity::Caller,
    page::{self, Lang, esc},
    pdf,
};

pub(crate) async fn list(Extension(caller): Extension<Caller>) -> Response {
    let (lang, account) = (caller.lang, caller.account);
    let mut rows = String::new();
    for i in account.invoices {
        rows.push_str(&format!(
            "<tr><td class=\"number mono\"><a href=\"/invoices/{n}.pdf\">{n}</a></td><td class=\"date\">{}</td><td>{}</td>\
             <td class=\"amount\">{}</td><td class=\"to wide\">{}</td></tr>",
            i.date,
            state(lang, i),
            i.amount(),
            esc(&account.address.join(", ")),
            n = i.number,
        ));
    }
    let body = if rows.is_empty() {
        format!(
            "<section class=\"panel empty\"><span class=\"aurora big\"></span><h2>{}</h2></section>",
            lang.t("No invoices yet", "Noch keine Rechnungen")
        )
    } else {
        format!(
            "<section class=\"panel\"><table class=\"invoices\"><thead><tr><th>{}</th><th>{}</th><th>Status</th><th class=\"right\">{}</th>\
             <th class=\"wide\">{}</th></tr></thead><tbody>{rows}</tbody></table></section>",
            lang.t("Number", "Nummer"),
            lang.t("Date", "Datum"),
            lang.t("Amount", "Betrag"),
            lang.t("Sent to", "Gesandt an"),
        )
    };
    page::page(&caller, "/invoices", lang.t("Invoices", "Rechnungen"), &body)
}

fn state(lang: Lang, invoice: &Invoice) -> String {
    let (class, text) =
        if invoice.paid { ("ok", lang.t("paid", "bezahlt")) } else { ("busy", lang.t("open", "offen")) };
    format!("<span class=\"status {class}\">{text}</span>")
}

/// `/invoices/2026-1104.pdf`.
pub(crate) async fn pdf(Extension(caller): Extension<Caller>, Path(file): Path<String>) -> Response {
    let invoices = caller.account.invoices;
    let found = file.strip_suffix(".pdf").and_then(|n| invoices.iter().find(|i| i.number == n));
    let Some(invoice) = found else { return page::missing(&caller) };
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"invoice-{}.pdf\"", invoice.number)),
    ];
    (headers, pdf::one_page(&lines(caller.account, invoice))).into_response()
}

fn lines(account: &Account, invoice: &Invoice) -> Vec<String> {
    let mut lines = vec![format!("Nordlicht Hosting - Invoice {}", invoice.number), String::new()];
    lines.extend(account.address.iter().map(|line| (*line).to_owned()));
    lines.extend([
        String::new(),
        format!("Date: {}", invoice.date),
        format!("Plan {}: EUR {}.{:02}", account.plan, invoice.cents / 100, invoice.cents % 100),
        format!("VAT id: {}", account.vat),
    ]);
    lines
}
