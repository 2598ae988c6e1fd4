//! Style, script and mark, built into the program.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};

pub(crate) async fn serve(Path(path): Path<String>) -> Response {
    let (kind, content) = match path.as_str() {
        "panel.css" => ("text/css; charset=utf-8", include_str!("../assets/panel.css")),
        "panel.js" => ("text/javascript; charset=utf-8", include_str!("../assets/panel.js")),
        "icon.svg" => ("image/svg+xml", include_str!("../assets/icon.svg")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=300")], content).into_response()
}
