//! The addresses of questions; the page they belong to is `/challenge#TOKEN`.

use axum::{Json, extract::State};
use pforte_store::mail;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hint;
use crate::{
    cx::{Problem, Shared, Timestamp},
    people::{Origin, SignedIn},
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookBody {
    /// What follows `#` in the link.
    token: String,
}

/// What is asked.
#[derive(Serialize, ToSchema)]
pub struct ChallengeView {
    /// `sender`: whether a mail was theirs; `address`: whether the address is theirs.
    purpose: &'static str,
    /// The provider's name.
    provider: String,
    /// The mail's subject.
    subject: Option<String>,
    /// How the mail begins, as it is read: a yes is one to these words.
    text: Option<String>,
    /// The address, with most of its name left out.
    address_hint: String,
    /// When the mail came in, or the question was sent.
    received_at: Timestamp,
}

/// What a question asks
#[utoipa::path(post, path = "/challenge/look", tag = "contacts", request_body = LookBody, responses(
    (status = 200, body = ChallengeView), (status = 410, body = Problem), (status = 429, body = Problem)))]
pub async fn look(
    State(app): State<Shared>,
    _from: Origin,
    Json(body): Json<LookBody>,
) -> Result<Json<ChallengeView>, Problem> {
    let (asked, home) = super::find(&app, &body.token).await?;
    let received = match asked.mail {
        Some(id) => mail::by_id(&mut *app.read().await?, asked.provider, id).await?,
        None => None,
    };
    let received_at = received.as_ref().map_or(asked.created_at, |mail| mail.received_at);
    let text = match &received {
        Some(mail) => crate::post::quarantine::beginning(&app, mail).await?,
        None => None,
    };
    Ok(Json(ChallengeView {
        purpose: asked.purpose.word(),
        provider: home.name,
        text,
        subject: received.map(|mail| mail.subject),
        address_hint: hint(&asked.address),
        received_at: received_at.into(),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerBody {
    token: String,
    yes: bool,
}

/// The answer was taken.
#[derive(Serialize, ToSchema)]
pub struct ChallengeDone {
    done: bool,
}

/// Answer a question
///
/// That an address is one's own says only who is signed in as that contact.
#[utoipa::path(post, path = "/challenge/answer", tag = "contacts", request_body = AnswerBody, responses(
    (status = 200, body = ChallengeDone), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 409, body = Problem), (status = 410, body = Problem), (status = 429, body = Problem)))]
pub async fn answer(
    State(app): State<Shared>,
    _from: Origin,
    by: Result<SignedIn, Problem>,
    Json(body): Json<AnswerBody>,
) -> Result<Json<ChallengeDone>, Problem> {
    super::answer(&app, &body.token, body.yes, by).await?;
    Ok(Json(ChallengeDone { done: true }))
}
