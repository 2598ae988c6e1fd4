//! The addresses of imports, for admins.

use axum::{
    Json,
    body::Body,
    extract::{Query, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Becomes, Flaw, Planned, Report, SHOWN, TOLD, table::BYTES};
use crate::{
    cx::{Problem, Shared},
    people::{StaffActor, must_administer},
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// `true`: only look, and write nothing.
    dry_run: bool,
}

/// Why a line cannot be taken.
#[derive(Serialize, ToSchema)]
pub struct ImportFlaw {
    /// As editors count, the first line being 1.
    line: u64,
    /// As the file calls it.
    column: Option<String>,
    code: &'static str,
    /// What to do, in English.
    detail: String,
}

impl From<Flaw> for ImportFlaw {
    fn from(flaw: Flaw) -> Self {
        Self { line: flaw.line, column: flaw.column, code: flaw.code, detail: flaw.detail }
    }
}

/// What becomes of a line.
#[derive(Serialize, ToSchema)]
pub struct ImportLine {
    line: u64,
    /// `added`, `changed`, `same`, or `waits` until somebody at the customer agrees.
    becomes: &'static str,
    name: String,
    /// What changes: `name`, `group`.
    fields: Vec<&'static str>,
}

impl From<Planned> for ImportLine {
    fn from(line: Planned) -> Self {
        Self { line: line.line, becomes: line.becomes.word(), name: line.name, fields: line.fields }
    }
}

/// How many lines become what.
#[derive(Serialize, ToSchema)]
pub struct ImportCounts {
    added: usize,
    changed: usize,
    same: usize,
    waits: usize,
    wrong: usize,
}

/// The code for a first password.
#[derive(Serialize, ToSchema)]
pub struct ImportCode {
    line: u64,
    name: String,
    activation_code: String,
}

/// What an import found, or did.
#[derive(Serialize, ToSchema)]
pub struct ImportView {
    /// Whether it was carried out, all of it. A file with a wrong line is not taken at all.
    done: bool,
    /// `utf-8`, `utf-16` or `windows-1252`.
    encoding: &'static str,
    separator: String,
    /// Columns of the file that mean nothing here; they are left out.
    unknown_columns: Vec<String>,
    lines: usize,
    counts: ImportCounts,
    /// Of these lines, the first hundred.
    preview: Vec<ImportLine>,
    /// At most two hundred of them.
    flaws: Vec<ImportFlaw>,
    /// Where it stopped, if something came between. What stands before it is done; hand the file over again.
    stopped: Option<ImportFlaw>,
    /// Of contacts that were added: hand them over by another way than mail. They are shown only now.
    codes: Vec<ImportCode>,
}

impl From<Report> for ImportView {
    fn from(report: Report) -> Self {
        let counts = ImportCounts {
            added: report.count(Becomes::Added),
            changed: report.count(Becomes::Changed),
            same: report.count(Becomes::Same),
            waits: report.count(Becomes::Waits),
            wrong: report.flaws.len(),
        };
        let code =
            |one: super::Code| ImportCode { line: one.line, name: one.name, activation_code: one.code };
        Self {
            done: report.done,
            encoding: report.encoding,
            separator: report.separator.to_string(),
            unknown_columns: report.unknown,
            lines: report.lines,
            counts,
            preview: report.planned.into_iter().take(SHOWN).map(Into::into).collect(),
            flaws: report.flaws.into_iter().take(TOLD).map(Into::into).collect(),
            stopped: report.stopped.map(Into::into),
            codes: report.codes.into_iter().map(code).collect(),
        }
    }
}

/// The file, counted here: the limit of all other bodies does not apply.
async fn file(body: Body) -> Result<bytes::Bytes, Problem> {
    axum::body::to_bytes(body, BYTES).await.map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body.too_large",
            "The file is too large",
            "Up to one megabyte is taken at a time. Split the file.",
        )
    })
}

/// Import customers (admins)
///
/// A CSV file, its columns named in English or German: number and name, and a group if wanted.
#[utoipa::path(post, path = "/imports/customers", tag = "admin", params(ImportQuery),
    request_body(content = inline(Vec<u8>), content_type = "text/csv"), responses(
    (status = 200, body = ImportView), (status = 403, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn customers(
    State(app): State<Shared>,
    who: StaffActor,
    Query(query): Query<ImportQuery>,
    body: Body,
) -> Result<Json<ImportView>, Problem> {
    must_administer(&who.staff)?;
    Ok(Json(super::customers(&app, &who, &file(body).await?, query.dry_run).await?.into()))
}

/// Import contacts (admins)
///
/// A CSV file: customer number, first name, last name, e-mail; phone, role, support, instructions, language and
/// users in products if wanted. Where a customer has somebody who can agree, new contacts wait for them.
#[utoipa::path(post, path = "/imports/contacts", tag = "admin", params(ImportQuery),
    request_body(content = inline(Vec<u8>), content_type = "text/csv"), responses(
    (status = 200, body = ImportView), (status = 403, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn contacts(
    State(app): State<Shared>,
    who: StaffActor,
    Query(query): Query<ImportQuery>,
    body: Body,
) -> Result<Json<ImportView>, Problem> {
    must_administer(&who.staff)?;
    Ok(Json(super::contacts(&app, &who, &file(body).await?, query.dry_run).await?.into()))
}
