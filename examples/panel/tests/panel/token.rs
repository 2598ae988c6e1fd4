//! The token: everything that is not exactly as expected is answered with 401 (rule T12).

use data_encoding::BASE64URL_NOPAD;
use http::{Request, StatusCode};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::signer::{ask, bare, claims, header, jwks, key, page, panel, request, sign, text};

async fn refused_as(token: &str, user: &str) -> String {
    let response = ask(&panel(), bare("GET", "/api/session", user, token)).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    text(response).await
}

#[track_caller]
fn says(page: &str, why: &str) {
    assert!(page.contains(&format!("<code>{why}</code>")), "not refused as {why}: {page}");
}

fn changed(member: &str, value: Value) -> Value {
    let mut claims = claims("u-100");
    claims[member] = value;
    claims
}

fn without(member: &str) -> Value {
    let mut claims = claims("u-100");
    claims.as_object_mut().expect("an object").remove(member);
    claims
}

/// Short-lived by its own account, but not yet for a long time.
fn post_dated(iat: i64) -> Value {
    let mut claims = changed("iat", json!(iat));
    claims["exp"] = json!(iat + 60);
    claims
}

#[tokio::test]
async fn t12_a_good_token_names_user_and_staff() {
    let session: Value = serde_json::from_str(&page(&panel(), "/api/session", "u-100").await).unwrap();
    assert_eq!((&session["user"], &session["staff"]), (&json!("u-100"), &json!("kim")));
}

#[tokio::test]
async fn both_published_keys_are_taken() {
    for seed in [1, 2] {
        let token = sign(&header(&format!("k{seed}")), &claims("u-100"), &key(seed));
        let response = ask(&panel(), bare("GET", "/", "u-100", &token)).await;
        assert_eq!(response.status(), StatusCode::OK, "k{seed}");
    }
}

#[tokio::test]
async fn t12_wrong_claims_are_refused() {
    let now = crate::signer::NOW;
    let table = [
        (changed("iss", json!("https://other.example")), "WrongIssuer"),
        (without("iss"), "ClaimMissing"),
        (changed("aud", json!("shop")), "WrongAudience"),
        (without("aud"), "ClaimMissing"),
        (changed("exp", json!(now - 6)), "Expired"),
        (without("exp"), "ClaimMissing"),
        (changed("exp", json!(now + 120)), "LivesTooLong"),
        (changed("iat", json!(now - 10)), "LivesTooLong"),
        (post_dated(now + 600), "LivesTooLong"),
        (changed("sub", json!("u-101")), "OtherUser"),
        (without("sub"), "ClaimMissing"),
        (without("act"), "NoActor"),
        (changed("act", json!({ "sub": "" })), "NoActor"),
        (changed("act", json!({ "sub": "sam" })), "staff header"),
        (without("jti"), "ClaimMissing"),
    ];
    for (claims, why) in table {
        let token = sign(&header("k1"), &claims, &key(1));
        says(&refused_as(&token, "u-100").await, why);
    }
}

#[tokio::test]
async fn t12_wrong_headers_and_signatures_are_refused() {
    let good = claims("u-100");
    let typed = |typ: Option<&str>| Header { typ: typ.map(str::to_owned), ..header("k1") };
    let hs256 =
        Header { typ: Some("at+jwt".into()), kid: Some("k1".into()), ..Header::new(Algorithm::HS256) };
    let table = [
        (sign(&typed(Some("JWT")), &good, &key(1)), "WrongType"),
        (sign(&typed(None), &good, &key(1)), "WrongType"),
        (sign(&header("k1"), &good, &key(2)), "BadSignature"),
        (sign(&header("k9"), &good, &key(9)), "unknown key"),
        (sign(&Header { kid: None, ..header("k1") }, &good, &key(1)), "NoKeyId"),
        (sign(&hs256, &good, &EncodingKey::from_secret(jwks(&[1]).as_bytes())), "WrongAlgorithm"),
        (unsigned(&good), "WrongAlgorithm"),
        ("no.token".to_owned(), "Malformed"),
    ];
    for (token, why) in table {
        says(&refused_as(&token, "u-100").await, why);
    }
}

fn unsigned(claims: &Value) -> String {
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    format!("{}.{}.", part(&json!({ "alg": "none", "typ": "at+jwt", "kid": "k1" })), part(claims))
}

#[tokio::test]
async fn a_tampered_payload_is_refused() {
    let token = sign(&header("k1"), &claims("u-100"), &key(1));
    let other = sign(&header("k1"), &claims("u-200"), &key(1));
    let payload = other.split('.').nth(1).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    says(&refused_as(&[parts[0], payload, parts[2]].join("."), "u-200").await, "BadSignature");
}

#[tokio::test]
async fn t12_identity_headers_must_all_be_there_exactly_once() {
    let panel = panel();
    for name in ["X-Panel-User", "X-Panel-Staff", "X-Panel-Token"] {
        let mut twice = request("GET", "/", "u-100");
        let again = twice.headers_ref().unwrap()[name].clone();
        twice = twice.header(name, again);
        assert_eq!(ask(&panel, twice).await.status(), StatusCode::UNAUTHORIZED, "two {name}");

        let mut lacking = request("GET", "/", "u-100");
        lacking.headers_mut().unwrap().remove(name);
        assert_eq!(ask(&panel, lacking).await.status(), StatusCode::UNAUTHORIZED, "no {name}");
    }
}

#[tokio::test]
async fn a_user_the_panel_does_not_have_is_refused() {
    let token = sign(&header("k1"), &claims("u-999"), &key(1));
    says(&refused_as(&token, "u-999").await, "unknown user");
}

#[tokio::test]
async fn without_own_sign_in_nobody_gets_in_directly() {
    let panel = panel();
    let with_cookie = Request::builder().uri("/").header("Cookie", "panel_session=u-100");
    assert_eq!(ask(&panel, with_cookie).await.status(), StatusCode::UNAUTHORIZED);
    let sign_in = Request::builder().uri("/login?user=u-100");
    assert_eq!(ask(&panel, sign_in).await.status(), StatusCode::NOT_FOUND);
}
