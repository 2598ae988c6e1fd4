//! Handing out a file's bytes: after the entry is durable (control 58), and so that no browser runs them
//! (control 49).

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use futures_util::TryStreamExt;
use pforte_core::{
    entry::{Entry, Event},
    kernel::AttachmentId,
};
use pforte_store::{
    attachment::{self, AttachmentRecord},
    sign_in::Person,
};

use super::{kind, leave, sight};
use crate::{
    cx::{App, Problem},
    people::SignedIn,
};

/// What goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The file, or its copy without live secrets.
    Shown,
    /// The file as it came.
    Original,
}

/// Answers a file's bytes.
pub async fn read(app: &App, who: &SignedIn, id: AttachmentId, which: Which) -> Result<Response, Problem> {
    let mut conn = app.read().await?;
    let (file, sight) = sight::of(&mut conn, who, id).await?;
    let original = which == Which::Original && file.redacted.is_some();
    if original {
        may_see_original(app, &mut conn, who, &file).await?;
    }
    drop(conn);
    let copy = file.redacted.as_ref().filter(|_| !original);
    let hash = copy.map_or(&file.hash, |copy| &copy.hash);
    let opened = app.blobs.open(file.provider, hash).await;
    let (bytes, size) = opened.map_err(|error| {
        tracing::error!(%error, attachment = %file.id, "a file's bytes cannot be read");
        Problem::new(
            axum::http::StatusCode::SERVICE_UNAVAILABLE,
            "attachment.unreadable",
            "The file cannot be read just now",
            "Try again in a moment. If that does not help, tell the administrator the time.",
        )
    })?;
    let bytes = bytes.inspect_err(move |error| {
        tracing::error!(%error, attachment = %id, "a file broke off on its way out");
    });
    let event = Event::AttachmentRead { attachment: file.id, original };
    let entry = app.entry(app.sources.now(), file.provider, who.actor(), event);
    app.writer.admit(Entry { customer: sight.customer, ..entry }).await?;
    let copied = copy.is_some();
    let media_type = if copied { "text/plain" } else { file.media_type.as_str() };
    let headers = [
        (header::CONTENT_TYPE, kind::told(media_type).to_owned()),
        (header::CONTENT_LENGTH, size.to_string()),
        (header::CONTENT_DISPOSITION, kind::disposition(!copied && kind::inline(media_type), &file.name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".into()),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".into()),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin".into()),
        (header::CACHE_CONTROL, "no-store".into()),
    ];
    let mut response = Response::new(Body::from_stream(bytes));
    for (name, value) in headers {
        let value = HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("attachment"));
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// Control 48: contacts may see what they sent themselves; staff what another gave them leave for.
async fn may_see_original(
    app: &App,
    conn: &mut pforte_store::Conn,
    who: &SignedIn,
    file: &AttachmentRecord,
) -> Result<(), Problem> {
    let refused =
        || Problem::forbidden("leave.none", "The original takes somebody else's leave. Ask for it first.");
    match who.sign_in.person {
        person @ Person::Contact(_) if file.owner == Some(person) => Ok(()),
        Person::Contact(_) => Err(refused()),
        Person::Staff(id) => {
            let leave = attachment::leave(conn, file.provider, file.id).await?;
            let open = leave.is_some_and(|leave| {
                leave.asked_by == id && leave::state(&leave, app.sources.now()) == leave::State::Given
            });
            if open { Ok(()) } else { Err(refused()) }
        }
    }
}
