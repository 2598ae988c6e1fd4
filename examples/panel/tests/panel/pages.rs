//! What the panel answers: pages, streams, files, its own sign-in.

use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use panel::{KeySource, app, one_page_pdf};
use serde_json::Value;

use crate::signer::{ask, config, jwks, page, panel, request, send, text};

#[tokio::test]
async fn every_page_stands_and_says_who_is_behind_it() {
    let panel = panel();
    let paths =
        ["/", "/servers", "/servers/srv-101", "/servers/srv-101/console", "/domains", "/domains/dom-1/edit"];
    for path in paths.into_iter().chain(["/account", "/people", "/invoices", "/settings/api-keys"]) {
        let html = page(&panel, path, "u-100").await;
        assert!(html.contains("<h1>") && html.contains("Kim Becker"), "{path}");
    }
}

#[tokio::test]
async fn b5_pages_of_class_product_carry_no_personal_data() {
    let panel = panel();
    let paths = ["/", "/servers", "/servers/srv-101", "/servers/srv-101/console", "/api/servers"];
    for path in paths.into_iter().chain(["/api/session"]) {
        let shown = page(&panel, path, "u-100").await;
        for personal in ["Marta", "Wilke", "Brennofenweg", "Vollmann", "@", "DE999000101"] {
            assert!(!shown.contains(personal), "{path} shows {personal}");
        }
    }
}

#[tokio::test]
async fn an_account_without_servers_has_a_page_of_its_own() {
    let panel = panel();
    assert!(page(&panel, "/servers", "u-300").await.contains("No servers here"));
    assert!(page(&panel, "/domains", "u-300").await.contains("No domains yet"));
}

#[tokio::test]
async fn what_belongs_to_another_account_is_not_found() {
    let panel = panel();
    for path in
        ["/servers/srv-201", "/servers/srv-201/log", "/domains/dom-20/edit", "/invoices/2026-1177.pdf"]
    {
        let response = ask(&panel, request("GET", path, "u-100")).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_reader_language_decides() {
    let german = request("GET", "/servers", "u-100").header(header::ACCEPT_LANGUAGE, "de-DE,de;q=0.9");
    let html = text(ask(&panel(), german).await).await;
    assert!(html.contains("<html lang=\"de\"") && html.contains("Übersicht"));
}

#[tokio::test]
async fn cookies_are_set_once_and_recognised() {
    let panel = panel();
    let first = ask(&panel, request("GET", "/api/session", "u-100")).await;
    let set: Vec<String> =
        first.headers().get_all(header::SET_COOKIE).iter().map(|v| v.to_str().unwrap().to_owned()).collect();
    assert!(set.iter().any(|c| c.starts_with("panel_session2=s-") && c.contains("HttpOnly")), "{set:?}");
    assert!(set.iter().any(|c| c.starts_with("panel_theme=auto") && !c.contains("HttpOnly")), "{set:?}");
    let again =
        request("GET", "/api/session", "u-100").header("Cookie", "panel_session2=s-7; panel_theme=dark");
    let again = ask(&panel, again).await;
    assert!(!again.headers().contains_key(header::SET_COOKIE));
    let session: Value = serde_json::from_str(&text(again).await).unwrap();
    assert_eq!((session["session"].as_str(), session["theme"].as_str()), (Some("s-7"), Some("dark")));
}

#[tokio::test]
async fn t13_the_customer_signs_in_directly_and_works_on() {
    let mut config = config(KeySource::Fixed(jwks(&[1])));
    config.own_sign_in = true;
    let panel = app(config);
    let stranger = ask(&panel, Request::builder().uri("/servers")).await;
    assert_eq!(stranger.headers()[header::LOCATION], "/login");
    let sign_in = ask(&panel, Request::builder().uri("/login?user=u-100")).await;
    let cookie =
        sign_in.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let own = ask(&panel, Request::builder().uri("/people").header("Cookie", &cookie)).await;
    assert_eq!(own.status(), StatusCode::OK);
    // The cookie must not help a request that claims to come through the gateway.
    let claim = Request::builder().uri("/").header("Cookie", &cookie).header("X-Panel-User", "u-200");
    assert_eq!(ask(&panel, claim).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_saved_registrant_is_escaped_and_shown() {
    let panel = panel();
    let save = request("POST", "/domains/dom-1/edit", "u-100")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let saved =
        send(&panel, save, "name=%3Cb%3EMara&address=Ofenweg+1&email=m%40oduya-ceramics.example").await;
    assert_eq!(saved.status(), StatusCode::SEE_OTHER);
    let html = page(&panel, "/domains", "u-100").await;
    assert!(html.contains("&lt;b&gt;Mara") && !html.contains("<b>Mara"));
    let empty = request("POST", "/domains/dom-1/edit", "u-100")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let refused = send(&panel, empty, "name=&address=a&email=b").await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_search_changes_nothing_and_finds() {
    let search =
        request("POST", "/search", "u-100").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let html = text(send(&panel(), search, "q=KILN").await).await;
    assert!(html.contains("kiln-telemetry") && !html.contains("shop-01"));
}

#[tokio::test]
async fn the_blob_has_exactly_the_length_asked_for() {
    let panel = panel();
    for bytes in [0_usize, 1, 65_511, 65_512, 1_000_003] {
        let path = format!("/servers/srv-101/blob?bytes={bytes}");
        let response = ask(&panel, request("GET", &path, "u-100")).await;
        assert_eq!(response.headers()[header::CONTENT_LENGTH], bytes.to_string().as_str());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body.len(), bytes);
        assert!(body.iter().enumerate().all(|(i, b)| usize::from(*b) == i % 251), "a seam in {bytes}");
    }
    let huge = ask(&panel, request("GET", "/servers/srv-101/blob?bytes=2147483649", "u-100")).await;
    assert_eq!(huge.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_log_sends_line_after_line() {
    let response = ask(&panel(), request("GET", "/servers/srv-101/log", "u-100")).await;
    let mut body = response.into_body();
    for _ in 0..3 {
        let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert!(frame.ends_with(b"\n") && !frame.is_empty());
    }
}

#[tokio::test]
async fn the_invoice_is_a_download() {
    let response = ask(&panel(), request("GET", "/invoices/2026-1104.pdf", "u-100")).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/pdf");
    assert!(response.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
    assert!(text(response).await.starts_with("%PDF-1.4"));
}

#[test]
fn the_pdf_table_points_at_its_objects() {
    let pdf = one_page_pdf(&["Müller (and) Söhne \\ €".to_owned()]);
    let find = |what: &[u8]| pdf.windows(what.len()).position(|w| w == what).unwrap();
    let table = find(b"xref\n0 6\n");
    let entries = &pdf[table + b"xref\n0 6\n".len()..];
    for object in 1..=5_usize {
        let entry = std::str::from_utf8(&entries[object * 20..object * 20 + 20]).unwrap();
        let offset: usize = entry[..10].parse().unwrap();
        assert!(pdf[offset..].starts_with(format!("{object} 0 obj\n").as_bytes()), "object {object}");
    }
    let (from, to) = (find(b"stream\n") + 7, find(b"endstream"));
    assert!(pdf[..from].ends_with(format!("/Length {} >>\nstream\n", to - from).as_bytes()));
    assert!(pdf.ends_with(format!("startxref\n{table}\n%%EOF\n").as_bytes()));
}

#[tokio::test]
async fn the_backup_is_a_tar_whose_sums_hold() {
    let response = ask(&panel(), request("GET", "/servers/srv-101/backup.tar", "u-100")).await;
    let tar = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(tar.len() % 512, 0);
    let mut head = tar[..512].to_vec();
    let sum = u32::from_str_radix(std::str::from_utf8(&head[148..154]).unwrap(), 8).unwrap();
    head[148..156].fill(b' ');
    assert_eq!(head.iter().map(|b| u32::from(*b)).sum::<u32>(), sum);
    assert_eq!(&head[257..262], b"ustar");
}

#[tokio::test]
async fn the_redirect_names_the_products_own_origin() {
    let response = ask(&panel(), request("GET", "/redirect", "u-100")).await;
    assert_eq!(response.status(), StatusCode::FOUND);
    assert_eq!(response.headers()[header::LOCATION], "http://127.0.0.1:7002/servers");
}
