//! People who use the server over HTTP, as browsers do.

use std::time::Duration;

use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use tokio::time::timeout;

/// No answer takes longer, on however busy a machine.
const LIMIT: Duration = Duration::from_secs(20);

/// A customer of the sample provider, and who may open its door.
#[derive(Clone, Copy, Debug)]
pub struct Customer {
    pub number: &'static str,
    pub contact: &'static str,
    /// The contact's registered number (rule P6).
    pub phone: &'static str,
}

pub const ODUYA: Customer = Customer { number: "10001", contact: "Marta Oduya", phone: "+49 30 23125100" };
pub const KALTENBACH: Customer =
    Customer { number: "10002", contact: "Ines Kaltenbach", phone: "+49 40 555010" };
pub const ROSENQUIST: Customer =
    Customer { number: "10003", contact: "Siri Rosenquist", phone: "+46 40 555 01 99" };
pub const AGENT: &str = "Lena Brandt";
pub const LEAD: &str = "Ruth Adeyemi";

/// Speaks to portal and gateway. `None` as an answer means that there was none: the server is gone.
#[derive(Clone)]
pub struct Api {
    portal: u16,
    gateway: u16,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// What the API answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub body: Value,
    pub cookie: Option<String>,
}

impl Reply {
    /// The body of a request that had to succeed.
    pub fn good(self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.body);
        self.body
    }

    /// The problem's code.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person {
    pub api: Api,
    pub cookie: String,
}

/// A browser inside a visit.
#[derive(Clone)]
pub struct Inside {
    api: Api,
    host: String,
    cookie: String,
}

/// Text of a field that has to be there.
pub fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}

impl Api {
    pub fn new(portal: u16, gateway: u16) -> Self {
        let client = Client::builder(TokioExecutor::new()).retry_canceled_requests(false).build_http();
        Self { portal, gateway, client }
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Option<Response<Incoming>> {
        let what = format!("{} {}", request.method(), request.uri());
        timeout(LIMIT, self.client.request(request)).await.unwrap_or_else(|_| panic!("{what} hangs")).ok()
    }

    /// Whether the server says that it can write, and holds its lease.
    pub async fn can_write(&self) -> bool {
        let request = Request::get(format!("http://127.0.0.1:{}/health", self.portal))
            .header(header::HOST, format!("pforte.localhost:{}", self.portal))
            .body(Full::default())
            .expect("a request");
        self.send(request).await.is_some_and(|answer| answer.status() == StatusCode::OK)
    }

    /// One request to the API.
    pub async fn call(
        &self,
        cookie: Option<&str>,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Option<Reply> {
        let host = format!("pforte.localhost:{}", self.portal);
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:{}/api/v1{path}", self.portal))
            .header(header::ORIGIN, format!("http://{host}"))
            .header(header::HOST, host);
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, format!("__Host-pforte={cookie}"));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let response = self.send(request.body(Full::from(body)).expect("a request")).await?;
        let status = response.status();
        let cookie = set_cookie(&response, "__Host-pforte=");
        let bytes = timeout(LIMIT, response.into_body().collect()).await.expect("ends").ok()?.to_bytes();
        Some(Reply { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null), cookie })
    }

    /// Signs a sample person in.
    pub async fn sign_in(&self, name: &str) -> Option<Person> {
        let page = self.call(None, "GET", "/sign-in", None).await?.good();
        let people = page["demo"].as_array().expect("sample people");
        let one = people.iter().find(|person| person["name"] == name).expect("a sample person");
        let reply = self.call(None, "POST", "/sign-in/demo", Some(json!({"person": one["id"]}))).await?;
        let cookie = reply.cookie.clone().unwrap_or_else(|| panic!("not signed in: {}", reply.body));
        Some(Person { api: self.clone(), cookie })
    }

    /// One request to the gateway, under a host name below its domain.
    pub async fn gateway(&self, host: &str, cookie: Option<&str>, path: &str) -> Option<Response<Incoming>> {
        let mut request = Request::builder()
            .method(Method::GET)
            .uri(format!("http://127.0.0.1:{}{path}", self.gateway))
            .header(header::HOST, host)
            .header(header::ACCEPT, "text/html");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, format!("__Host-pforte-visit={cookie}"));
        }
        self.send(request.body(Full::default()).expect("a request")).await
    }
}

fn set_cookie(response: &Response<Incoming>, name: &str) -> Option<String> {
    let all = response.headers().get_all(header::SET_COOKIE).iter();
    let mut values = all.filter_map(|value| value.to_str().ok()?.strip_prefix(name));
    values.next().map(|value| value.split(';').next().unwrap_or_default().to_owned())
}

impl Person {
    pub async fn get(&self, path: &str) -> Option<Reply> {
        self.api.call(Some(&self.cookie), "GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Option<Reply> {
        self.api.call(Some(&self.cookie), "POST", path, Some(body)).await
    }

    /// As a contact: the digits of the PIN that is good now.
    pub async fn pin(&self) -> Option<String> {
        let view = self.post("/pin", json!({})).await?.good();
        Some(text(&view, "digits"))
    }

    /// As a staff member: redeems a PIN; answers whatever the server does.
    pub async fn redeem(&self, customer: Customer, digits: &str) -> Option<Reply> {
        let found = self.get(&format!("/customers?q={}", customer.number)).await?.good();
        let found = &found["items"][0];
        let contacts = found["contacts"].as_array().expect("contacts");
        let contact = contacts.iter().find(|c| c["name"] == customer.contact).expect("a contact");
        let ask = json!({
            "customer_id": found["id"], "contact_id": contact["id"], "digits": digits,
            "reason": {"category": "fault", "text": "The site does not answer"},
            "record": {"channel": "phone", "from": customer.phone, "note": null},
        });
        self.post("/pin/redeem", ask).await
    }

    /// As a staff member: opens a visit and enters it. Answers its id too.
    pub async fn enter(&self, ground: &str) -> Option<(String, Inside)> {
        let opened = self.post("/visits", json!({"ground_id": ground, "product": "panel"})).await?.good();
        let url = text(&opened, "url");
        let (host, path) = url.strip_prefix("http://").and_then(|u| u.split_once('/')).expect("an address");
        let answer = self.api.gateway(host, None, &format!("/{path}")).await?;
        let cookie = set_cookie(&answer, "__Host-pforte-visit=");
        let cookie = cookie.unwrap_or_else(|| panic!("the link does not open: {}", answer.status()));
        Some((text(&opened["visit"], "id"), Inside { api: self.api.clone(), host: host.to_owned(), cookie }))
    }
}

impl Inside {
    /// One request through the gateway: status and body.
    pub async fn get(&self, path: &str) -> Option<(StatusCode, String)> {
        let answer = self.open(path).await?;
        let status = answer.status();
        let bytes = timeout(LIMIT, answer.into_body().collect()).await.expect("ends").ok()?.to_bytes();
        Some((status, String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Any request through the gateway, as a script of the product sends it: status and body.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<(&str, &str)>,
    ) -> Option<(StatusCode, String)> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:{}{path}", self.api.gateway))
            .header(header::HOST, &self.host)
            .header(header::ORIGIN, format!("http://{}", self.host))
            .header(header::COOKIE, format!("__Host-pforte-visit={}", self.cookie));
        if let Some((kind, _)) = body {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let body = body.map(|(_, text)| text.to_owned()).unwrap_or_default();
        let answer = self.api.send(request.body(Full::from(body)).expect("a request")).await?;
        let status = answer.status();
        let bytes = timeout(LIMIT, answer.into_body().collect()).await.expect("ends").ok()?.to_bytes();
        Some((status, String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// A response whose body is still to come.
    pub async fn open(&self, path: &str) -> Option<Response<Incoming>> {
        self.api.gateway(&self.host, Some(&self.cookie), path).await
    }

    /// The same browser, speaking to a server that was started anew.
    pub fn speaking_to(&self, api: &Api) -> Self {
        Self { api: api.clone(), ..self.clone() }
    }
}

/// Opens a customer's door and enters: the ground, the visit, and the browser inside.
pub async fn walk_in(agent: &Person, contact: &Person, customer: Customer) -> (String, String, Inside) {
    let digits = contact.pin().await.expect("a PIN");
    let ground = text(&agent.redeem(customer, &digits).await.expect("an answer").good(), "id");
    let (visit, inside) = agent.enter(&ground).await.expect("enters");
    (ground, visit, inside)
}
