//! What the API's document says beside addresses and bodies: the server's own words, each list whole, so that the
//! pages' build knows all of them and a missing translation is a type error; and that refusals are problem bodies
//! of their own type (RFC 9457).
//!
//! Must name every list of words that people read, and no word of its own.

use pforte_core::{
    access::{EndedHow, Lack},
    contact::{ChangeKind, Warning},
    entry::Outcome,
    kernel::{Channel, ContactRole, ReasonCategory, StaffRole, Strength},
    sender,
    ticket::{ClosedHow, TicketState},
};
use utoipa::openapi::{
    OpenApi, PathItem, Ref, RefOr, Schema,
    path::Operation,
    schema::{ObjectBuilder, Type},
};

const PROBLEM_TYPE: &str = "application/problem+json";

/// The document with words and the problems' own type.
pub fn complete(mut document: OpenApi) -> OpenApi {
    let schemas = &mut document.components.get_or_insert_default().schemas;
    for (name, about, words) in lists() {
        let list = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words));
        schemas.insert(name.to_owned(), Schema::Object(list.description(Some(about)).build()).into());
    }
    document.paths.paths.values_mut().flat_map(operations).for_each(problems_by_their_type);
    document
}

type List = (&'static str, &'static str, Vec<&'static str>);

fn lists() -> Vec<List> {
    macro_rules! list {
        ($name:literal, $about:literal, $words:path) => {{
            type Words = $words;
            ($name, $about, Words::ALL.iter().map(|word| word.word()).collect())
        }};
    }
    vec![
        list!("ReasonWord", "Why a visit is opened.", ReasonCategory),
        list!("ChannelWord", "How a customer talks to support.", Channel),
        list!("StaffRoleWord", "What staff do.", StaffRole),
        list!("ContactRoleWord", "A contact's role.", ContactRole),
        list!("StrengthWord", "How surely it is known who is signed in.", Strength),
        list!("LackWord", "What staff lack to open anything.", Lack),
        list!("EndedWord", "How a ground or a visit ended.", EndedHow),
        list!("OutcomeWord", "What became of a call.", Outcome),
        list!("SenderWord", "Why a mail became what it became.", sender::Code),
        list!("WarningWord", "What a customer is warned of.", Warning),
        list!("ChangeWord", "What a change would change.", ChangeKind),
        list!("TicketStateWord", "What a ticket is.", TicketState),
        list!("ClosedWord", "How a ticket was closed.", ClosedHow),
    ]
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.patch, &mut item.put, &mut item.delete].into_iter().flatten()
}

fn problems_by_their_type(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        let Some(RefOr::T(body)) = response.content.get("application/json") else { continue };
        if matches!(&body.schema, Some(RefOr::Ref(Ref { ref_location, .. })) if ref_location.ends_with("/Problem"))
            && let Some(body) = response.content.shift_remove("application/json")
        {
            response.content.insert(PROBLEM_TYPE.to_owned(), body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever reads the document knows each word that an answer may hold, and problems by their type.
    #[test]
    fn the_document_names_words_and_problems() {
        let document = serde_json::to_value(super::super::openapi()).expect("a document");
        let schemas = &document["components"]["schemas"];
        for (name, _, words) in lists() {
            assert_eq!(schemas[name]["enum"], serde_json::json!(words), "{name}");
        }
        let mut problems = 0;
        for (path, item) in document["paths"].as_object().expect("paths") {
            for operation in item.as_object().expect("operations").values() {
                for (status, response) in operation["responses"].as_object().expect("responses") {
                    let body = &response["content"]["application/json"]["schema"]["$ref"];
                    assert_ne!(body, "#/components/schemas/Problem", "{path} {status}");
                    problems += usize::from(response["content"].get(PROBLEM_TYPE).is_some());
                }
            }
        }
        assert!(problems > 50, "{problems}");
    }
}
