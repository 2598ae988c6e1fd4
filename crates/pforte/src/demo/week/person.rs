//! One of the sample people in a browser of their own, in this process.

use std::net::SocketAddr;

use axum::{Router, body::Body, extract::ConnectInfo};
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Bytes;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::Failure;

/// The cookie that carries a sign-in.
const COOKIE: &str = "__Host-pforte";

pub struct Person {
    router: Router,
    origin: String,
    cookie: String,
    peer: SocketAddr,
    pub id: String,
}

impl Person {
    /// Somebody whom the demo's page offers by this name. They sign in when they do something.
    pub async fn called(router: &Router, origin: &str, name: &str, seat: u8) -> Result<Self, Failure> {
        let mut person = Self {
            router: router.clone(),
            origin: origin.to_owned(),
            cookie: String::new(),
            peer: SocketAddr::from(([127, 0, 1, seat], 443)),
            id: String::new(),
        };
        let page = person.get("/sign-in").await?;
        let offered = page["demo"].as_array().into_iter().flatten();
        let found = offered.into_iter().find(|p| p["name"] == name);
        let id = found.and_then(|p| p["id"].as_str()).ok_or_else(|| format!("no sample person {name}"))?;
        person.id = id.to_owned();
        Ok(person)
    }

    async fn signs_in(&mut self) -> Result<(), Failure> {
        let body = Body::from(json!({ "person": self.id }).to_string());
        self.once(Method::POST, "/sign-in/demo", "application/json", body).await?;
        Ok(())
    }

    /// Signs out in every browser.
    pub async fn signs_out(&mut self) -> Result<(), Failure> {
        self.post("/sign-out/everywhere", Value::Null).await.map(drop)
    }

    pub async fn get(&mut self, path: &str) -> Result<Value, Failure> {
        self.ask(Method::GET, path, "application/json", String::new()).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Result<Value, Failure> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.ask(Method::POST, path, "application/json", body).await
    }

    /// Hands a file in; answers its id.
    pub async fn upload(&mut self, name: &str, kind: &str, bytes: &str) -> Result<String, Failure> {
        let path = format!("/attachments?name={name}");
        let file = self.ask(Method::POST, &path, kind, bytes.to_owned()).await?;
        id_of(&file)
    }

    /// Says no to what is refused, and goes on.
    pub async fn try_post(&mut self, path: &str, body: Value) {
        if let Err(refused) = self.post(path, body).await {
            tracing::debug!(%refused, "the story goes on");
        }
    }

    /// Days lie between what somebody does, and a sign-in ends by itself: so they sign in again.
    async fn ask(&mut self, method: Method, path: &str, kind: &str, body: String) -> Result<Value, Failure> {
        let (status, answer) = self.once(method.clone(), path, kind, Body::from(body.clone())).await?;
        if status == StatusCode::UNAUTHORIZED {
            self.signs_in().await?;
            return told(&method, path, self.once(method.clone(), path, kind, Body::from(body)).await?);
        }
        told(&method, path, (status, answer))
    }

    async fn once(
        &mut self,
        method: Method,
        path: &str,
        kind: &str,
        body: Body,
    ) -> Result<(StatusCode, Bytes), Failure> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::ORIGIN, &self.origin)
            .header(header::CONTENT_TYPE, kind)
            .header(header::COOKIE, format!("{COOKIE}={}", self.cookie))
            .extension(ConnectInfo(self.peer))
            .body(body)?;
        let response = self.router.clone().oneshot(request).await?;
        let status = response.status();
        let set = response.headers().get(header::SET_COOKIE).and_then(|v| v.to_str().ok());
        let token = set.and_then(|v| v.strip_prefix(COOKIE)?.strip_prefix('=')?.split(';').next());
        if let Some(token) = token {
            self.cookie = token.to_owned();
        }
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }
}

fn told(method: &Method, path: &str, (status, bytes): (StatusCode, Bytes)) -> Result<Value, Failure> {
    if !status.is_success() {
        return Err(format!("{method} {path}: {status} {}", String::from_utf8_lossy(&bytes)).into());
    }
    Ok(if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes)? })
}

/// The id of what was answered.
pub fn id_of(view: &Value) -> Result<String, Failure> {
    view["id"].as_str().map(str::to_owned).ok_or_else(|| format!("no id in {view}").into())
}
