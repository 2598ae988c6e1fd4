//! Checking the gateway's token: the part a provider's developer copies.
//!
//! The token says who acts (`act`, the staff member) as whom (`sub`, the customer's user; RFC 8693
//! §4.1). Everything that is not exactly as expected is refused; nothing is read from a token before
//! its signature is checked, but the two header members that tell how to check it.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, errors::ErrorKind};
use serde::Deserialize;

/// The longest a token may live, in seconds.
pub const MAX_LIFETIME: i64 = 60;
/// How far two machines' clocks may differ, in seconds.
pub const SKEW: i64 = 5;

/// What the gateway says in its token.
#[derive(Clone, Debug, Deserialize)]
pub struct Claims {
    /// The customer's user that is acted as.
    pub sub: String,
    /// Unix seconds.
    pub exp: i64,
    pub iat: Option<i64>,
    /// Names this token once; to be noted in the product's own log.
    pub jti: String,
    pub act: Actor,
}

/// The staff member behind the request.
#[derive(Clone, Debug, Deserialize)]
pub struct Actor {
    pub sub: String,
    pub name: Option<String>,
}

/// What a token must say to be taken.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub audience: &'a str,
    /// The user named in the request's header.
    pub user: &'a str,
    /// Unix seconds.
    pub now: i64,
}

/// Why a token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Malformed,
    WrongType,
    WrongAlgorithm,
    NoKeyId,
    BadSignature,
    WrongIssuer,
    WrongAudience,
    Expired,
    LivesTooLong,
    OtherUser,
    NoActor,
    ClaimMissing,
}

/// The id of the key that a token says it was signed with.
///
/// # Errors
/// When the header is not that of an EdDSA access token (RFC 9068 §2.1) that names its key.
pub fn key_id(token: &str) -> Result<String, Refusal> {
    let header = decode_header(token).map_err(|e| match e.kind() {
        // `none` and other algorithms that do not exist here fail while the header is read.
        ErrorKind::InvalidAlgorithmName | ErrorKind::Json(_) => Refusal::WrongAlgorithm,
        _ => Refusal::Malformed,
    })?;
    if header.alg != Algorithm::EdDSA {
        return Err(Refusal::WrongAlgorithm);
    }
    if !header.typ.as_deref().is_some_and(|t| t.eq_ignore_ascii_case("at+jwt")) {
        return Err(Refusal::WrongType);
    }
    header.kid.filter(|kid| !kid.is_empty()).ok_or(Refusal::NoKeyId)
}

/// Checks signature and claims.
///
/// # Errors
/// The first thing that is not as expected.
pub fn verify(token: &str, key: &DecodingKey, expected: Expected<'_>) -> Result<Claims, Refusal> {
    key_id(token)?;
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_issuer(&[expected.issuer]);
    rules.set_audience(&[expected.audience]);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    // Times are compared below, with the panel's own clock.
    rules.validate_exp = false;
    let claims = decode::<Claims>(token, key, &rules).map_err(|e| refusal(e.kind()))?.claims;
    if claims.exp + SKEW <= expected.now {
        return Err(Refusal::Expired);
    }
    let lives_from = claims.iat.unwrap_or(expected.now);
    if claims.exp - lives_from > MAX_LIFETIME || claims.exp > expected.now + MAX_LIFETIME + SKEW {
        return Err(Refusal::LivesTooLong);
    }
    if claims.sub != expected.user {
        return Err(Refusal::OtherUser);
    }
    if claims.act.sub.is_empty() {
        return Err(Refusal::NoActor);
    }
    Ok(claims)
}

fn refusal(kind: &ErrorKind) -> Refusal {
    match kind {
        ErrorKind::InvalidSignature | ErrorKind::InvalidKeyFormat => Refusal::BadSignature,
        ErrorKind::InvalidIssuer => Refusal::WrongIssuer,
        ErrorKind::InvalidAudience => Refusal::WrongAudience,
        ErrorKind::InvalidAlgorithm => Refusal::WrongAlgorithm,
        ErrorKind::Json(e) if e.to_string().contains("`act`") => Refusal::NoActor,
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::Json(_) => Refusal::ClaimMissing,
        _ => Refusal::Malformed,
    }
}
