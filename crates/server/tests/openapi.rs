//! The committed API document is the one the server serves; the web client is generated from it.

use std::{fs, path::Path};

/// Run with `UPDATE=1` to write the document anew.
#[test]
fn committed_document_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let mut now = serde_json::to_string_pretty(&pforte_server::openapi()).expect("a document");
    now.push('\n');
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &now).expect("docs/openapi.json can be written");
    }
    let committed = fs::read_to_string(&path).expect("docs/openapi.json is committed");
    assert!(committed == now, "docs/openapi.json is stale: run this test with UPDATE=1 and commit it");
}
