//! The index of all addresses, and what stands before each: limits and the origin check.

mod document;

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use pforte_core::{access, kernel::Language, ticket::TEXT_BODY_BYTES};
use pforte_store::{Health, StoreError};
use serde_json::json;
use utoipa::openapi::{Info, License, OpenApi, OpenApiBuilder, ServerBuilder, extensions::ExtensionsBuilder};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt as _},
    routes,
};

use crate::{
    alarm::routes as alarm,
    attachment::routes as attachment,
    call::routes as call,
    contact::routes as contact,
    customer::{contact_routes as customer_contact, routes as customer},
    cx::{Problem, Shared, encoding::packed},
    edge,
    ground::routes as ground,
    guest::routes as guest,
    import::routes as import,
    live,
    pin::routes as pin,
    post::challenge::routes as challenge,
    post::quarantine::routes as quarantine,
    recovery::routes as recovery,
    search::routes as search,
    signin::routes as signin,
    staff::routes as staff,
    ticket::{life_routes as ticket_life, routes as ticket, saved_routes as saved},
    visit::routes as visit,
};

/// What a request's body may hold, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// Where people write long texts.
fn long_texts() -> DefaultBodyLimit {
    DefaultBodyLimit::max(TEXT_BODY_BYTES)
}

/// Every address below `/api/v1`. Each also stands in the access matrix of the tests.
fn addresses() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(document_frame())
        .routes(routes!(signin::page))
        .routes(routes!(signin::as_staff))
        .routes(routes!(signin::as_contact))
        .routes(routes!(signin::ask_for_link))
        .routes(routes!(signin::by_link))
        .routes(routes!(signin::as_demo_person))
        .routes(routes!(signin::activate))
        .routes(routes!(recovery::ask_for_link))
        .routes(routes!(recovery::begin))
        .routes(routes!(recovery::look))
        .routes(routes!(recovery::ask))
        .routes(routes!(recovery::totp))
        .routes(routes!(recovery::finish))
        .routes(routes!(recovery::withdraw))
        .routes(routes!(recovery::object))
        .routes(routes!(recovery::list))
        .routes(routes!(recovery::approve))
        .routes(routes!(recovery::refuse))
        .routes(routes!(signin::confirm))
        .routes(routes!(signin::me, signin::change_me))
        .routes(routes!(signin::sign_out))
        .routes(routes!(signin::sign_out_everywhere))
        .routes(routes!(signin::sign_ins))
        .routes(routes!(signin::change_password))
        .routes(routes!(signin::begin_totp))
        .routes(routes!(signin::confirm_totp))
        .routes(routes!(signin::remove_totp))
        .routes(routes!(live::events))
        .routes(routes!(ground::door))
        .routes(routes!(pin::show))
        .routes(routes!(pin::renew))
        .routes(routes!(pin::redeem))
        .routes(routes!(pin::deactivate))
        .routes(routes!(ground::list))
        .routes(routes!(ground::one))
        .routes(routes!(ground::end))
        .routes(routes!(visit::open))
        .routes(routes!(visit::one))
        .routes(routes!(visit::end))
        .routes(routes!(visit::requests))
        .routes(routes!(visit::object))
        .routes(routes!(ground::objections))
        .routes(routes!(visit::products))
        .routes(routes!(ticket::list, ticket::open).layer(long_texts()))
        .routes(routes!(ticket::counts))
        .routes(routes!(ticket::one, ticket::change))
        .routes(routes!(ticket::write).layer(long_texts()))
        .routes(routes!(ticket::take_over))
        .routes(routes!(ticket::hand_over))
        .routes(routes!(ticket::release))
        .routes(routes!(ticket_life::close))
        .routes(routes!(ticket_life::reopen))
        .routes(routes!(ticket_life::confirm))
        .routes(routes!(ticket_life::merge))
        .routes(routes!(ticket_life::follow_up).layer(long_texts()))
        .routes(routes!(ticket::watch))
        .routes(routes!(ticket::unwatch))
        .routes(routes!(saved::views, saved::save_view))
        .routes(routes!(saved::remove_view))
        .routes(routes!(customer::find, customer::add))
        .routes(routes!(customer::one, customer::change))
        .routes(routes!(customer_contact::contacts, customer_contact::add_contact))
        .routes(routes!(customer_contact::change_contact))
        .routes(routes!(customer::panel))
        .routes(routes!(customer::add_note))
        .routes(routes!(customer::edit_note, customer::remove_note))
        .routes(routes!(customer::own))
        .routes(routes!(customer::groups, customer::add_group))
        .routes(routes!(import::customers))
        .routes(routes!(import::contacts))
        .routes(routes!(contact::one))
        .routes(routes!(contact::add_address))
        .routes(routes!(contact::remove_address))
        .routes(routes!(contact::ask_again))
        .routes(routes!(contact::make_primary))
        .routes(routes!(contact::add_phone))
        .routes(routes!(contact::remove_phone))
        .routes(routes!(contact::add_contact))
        .routes(routes!(contact::change_contact, contact::remove_contact))
        .routes(routes!(contact::add_support_address, contact::remove_support_address))
        .routes(routes!(contact::approve))
        .routes(routes!(contact::refuse))
        .routes(routes!(call::callers))
        .routes(routes!(call::record).layer(long_texts()))
        .routes(routes!(challenge::look))
        .routes(routes!(challenge::answer))
        .routes(routes!(staff::list, staff::add))
        .routes(routes!(staff::colleagues))
        .routes(routes!(staff::change))
        .routes(routes!(staff::unlock))
        .routes(routes!(staff::kill_switch))
        .routes(routes!(quarantine::list))
        .routes(routes!(quarantine::one))
        .routes(routes!(quarantine::release))
        .routes(routes!(quarantine::discard))
        .routes(routes!(quarantine::challenge))
        .routes(routes!(quarantine::raw))
        .routes(routes!(alarm::list))
        .routes(routes!(alarm::acknowledge))
        .routes(routes!(attachment::upload))
        .routes(routes!(attachment::one))
        .routes(routes!(attachment::original))
        .routes(routes!(attachment::ask))
        .routes(routes!(attachment::give))
        .routes(routes!(attachment::refuse))
        .routes(routes!(guest::invite))
        .routes(routes!(guest::look))
        .routes(routes!(guest::activate))
        .routes(routes!(search::search))
}

fn document_frame() -> OpenApi {
    let mut info = Info::new("Pforte", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "The help desk whose staff have no standing access. Sign in for a cookie; changes need a \
         same-origin `Origin` header; errors are problem bodies (RFC 9457) with stable codes; lists come in \
         pages with a cursor."
            .into(),
    );
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".into());
    info.license = Some(license);
    OpenApiBuilder::new().info(info).servers(Some([ServerBuilder::new().url("/api/v1").build()])).build()
}

/// The API's document, as it is served and committed.
pub fn openapi() -> OpenApi {
    with_decisions(with_names(addresses().split_for_parts().1))
}

/// What is said of a door that stays shut, by code and language: pages are made with it.
fn with_decisions(mut document: OpenApi) -> OpenApi {
    let told = |language| access::told(language).collect::<BTreeMap<_, _>>();
    let words = json!({ "de": told(Language::German), "en": told(Language::English) });
    document.extensions = Some(ExtensionsBuilder::new().add("x-decisions", words).build());
    document
}

/// Names every operation by method and path, as `post_pin_redeem`: unique, and stable.
fn with_names(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        let words: Vec<&str> =
            path.split(['/', '{', '}', '-']).filter(|word| !word.is_empty() && *word != "id").collect();
        let each = path.ends_with("{id}").then_some("one");
        let name = |method: &str| {
            let all = std::iter::once(method).chain(words.iter().copied()).chain(each);
            Some(all.collect::<Vec<_>>().join("_"))
        };
        let operations = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("patch", &mut item.patch),
            ("put", &mut item.put),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = name(method);
            }
        }
    }
    document::complete(document)
}

/// The whole HTTP side of the server: API, keys, health. Pages are added by the binary.
pub fn router(app: Shared) -> Router {
    let (api, document) = addresses().split_for_parts();
    let document = with_names(document);
    let api = api
        .route("/openapi.json", get(move || std::future::ready(Json(document.clone()))))
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method.not_allowed",
                "Not this way",
                "See openapi.json for what this address takes.",
            )
        })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(app.clone(), admit))
        .layer(middleware::from_fn_with_state(app.clone(), same_origin))
        .layer(middleware::map_response(as_problem))
        .layer(middleware::map_response(never_stored))
        .layer(middleware::from_fn(packed));
    Router::new()
        .nest("/api/v1", api)
        .route("/.well-known/jwks.json", get(keys))
        .route("/health", get(health))
        .with_state(app)
}

async fn admit(state: State<Shared>, request: Request, next: Next) -> Response {
    edge::admit(state, BODY_LIMIT, request, next).await
}

/// Changes are taken only from our own pages: the `Origin` header must be ours.
async fn same_origin(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let origins = request.headers().get_all(header::ORIGIN);
    let ours = origins.iter().all(|o| o.as_bytes() == app.settings.public_origin.as_bytes());
    let named = origins.iter().count() == 1;
    if reads && ours {
        return next.run(request).await;
    }
    if named && ours {
        // What was begun is finished, also when the browser goes away: an ending above all.
        return match tokio::spawn(next.run(request)).await {
            Ok(response) => response,
            Err(_) => Problem::from(StoreError::Driver("a use case failed".into())).into_response(),
        };
    }
    Problem::forbidden("origin.foreign", "Changes are taken only from this server's own pages.")
        .into_response()
}

/// What the framework refuses by itself (bad JSON, too large, bad query) gets a problem body as well.
async fn as_problem(response: Response) -> Response {
    let plain = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let status = response.status();
    if !plain || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let detail = match axum::body::to_bytes(response.into_body(), BODY_LIMIT).await {
        Ok(bytes) => pforte_core::entry::clean(&String::from_utf8_lossy(&bytes), 500),
        Err(_) => String::new(),
    };
    // An address whose parts cannot be ids is one that is not there; how an id is read is nobody's business.
    if status == StatusCode::BAD_REQUEST && detail.starts_with("Invalid URL") {
        return Problem::not_found().into_response();
    }
    let (code, title) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("body.too_large", "The body is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("body.not_json", "Send JSON"),
        _ => ("request.invalid", "The request cannot be read"),
    };
    Problem::new(status, code, title, detail).into_response()
}

async fn never_stored(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The public halves of the keys that sign tokens to the products (RFC 7517).
async fn keys(State(app): State<Shared>) -> Response {
    let cached = [(header::CACHE_CONTROL, "public, max-age=60")];
    (cached, Json(json!({ "keys": app.secrets.public_keys() }))).into_response()
}

/// Whether the server is up, and whether it can write.
async fn health(State(app): State<Shared>) -> Response {
    let writable = *app.health.borrow() == Health::Writable && app.door.leased();
    let status = if writable { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "writable": writable }))).into_response()
}
