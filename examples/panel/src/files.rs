//! Large and packed answers: a stream of any length, a backup as a tar file.

use std::convert::Infallible;

use axum::{
    Extension,
    body::Body,
    extract::{Path, Query},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use http::{StatusCode, header};
use serde::Deserialize;

use crate::{identity::Caller, page};

const CHUNK: usize = 64 * 1024;
/// 2 GiB.
const MAX_BYTES: u64 = 2 << 30;

#[derive(Deserialize)]
pub(crate) struct Size {
    bytes: u64,
}

/// `GET /servers/{id}/blob?bytes=N`: N bytes counting 0 to 250 over and over, made as they are sent.
pub(crate) async fn blob(
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(size): Query<Size>,
) -> Response {
    if caller.account.server(&id).is_none() {
        return page::missing(&caller);
    }
    if size.bytes > MAX_BYTES {
        return (StatusCode::BAD_REQUEST, "bytes: at most 2147483648\n").into_response();
    }
    // A whole number of periods, so that one chunk follows the other without a seam.
    let chunk: Bytes = (0..=250u8).cycle().take(CHUNK / 251 * 251).collect();
    let body = stream::unfold(size.bytes, move |left| {
        let whole = chunk.clone();
        async move {
            let take = usize::try_from(left).unwrap_or(usize::MAX).min(whole.len());
            (take > 0).then(|| (Ok::<_, Infallible>(whole.slice(..take)), left - take as u64))
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, size.bytes.to_string()),
    ];
    (headers, Body::from_stream(body)).into_response()
}

/// `GET /servers/{id}/backup.tar`: two small files.
pub(crate) async fn backup(Extension(caller): Extension<Caller>, Path(id): Path<String>) -> Response {
    let Some(server) = caller.account.server(&id) else { return page::missing(&caller) };
    let mut tar = Vec::new();
    pack(&mut tar, "backup/hostname", format!("{}\n", server.name).as_bytes());
    pack(&mut tar, "backup/orders.csv", b"order,buyer\n1,A. Customer\n");
    tar.resize(tar.len() + 1024, 0);
    let headers = [
        (header::CONTENT_TYPE, "application/x-tar".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}-backup.tar\"", server.id)),
    ];
    (headers, tar).into_response()
}

/// One entry of a POSIX ustar archive (IEEE 1003.1, `pax`, "ustar Interchange Format").
fn pack(tar: &mut Vec<u8>, name: &str, content: &[u8]) {
    let mut head = [0u8; 512];
    let mut put = |at: usize, text: &str| head[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000600\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{:011o}\0", content.len()));
    put(136, "00000000000\0");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\x0000");
    let sum: u32 = head.iter().map(|b| u32::from(*b)).sum();
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    tar.extend_from_slice(&head);
    tar.extend_from_slice(content);
    tar.resize(tar.len().next_multiple_of(512), 0);
}
