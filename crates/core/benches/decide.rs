//! The decision with 100 facts loaded. Goal: below 1 µs for a request within a visit.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use pforte_core::{
    access::*,
    catalogue::{Action, DataClass},
    kernel::{ConsentId, Span},
};

#[path = "../tests/access/fixture.rs"]
mod fixture;
use fixture::*;

/// Fifty grounds and fifty consents; what counts lies at the very end.
fn hundred(last: Ground) -> Facts {
    let mut facts = nothing();
    for n in 0..49_u128 {
        let mut ground = all()[n as usize % 5].1.clone();
        end(&mut ground, T0, EndedHow::Customer);
        facts.grounds.push(held(0x1000 + n, ground));
    }
    facts.grounds.push(HeldGround { id: GROUND, customer: CUSTOMER, ground: last });
    for n in 0..50_u128 {
        let (to, ended_at) = match n {
            49 => (ConsentTo::Action(Action::Download), None),
            48 => (ConsentTo::PersonalData, None),
            47 => (ConsentTo::Area("billing".to_owned()), None),
            n if n % 2 == 0 => (ConsentTo::Action(Action::Download), Some(T0)),
            _ => (ConsentTo::PersonalData, Some(T0)),
        };
        let id = ConsentId(uuid::Uuid::from_u128(n));
        facts.consents.push(Consent { id, ended_at, ..consent(to) });
    }
    facts.visit = Some(visit(GROUND, T0));
    facts
}

fn bench(criterion: &mut Criterion) {
    let now = T0 + Span::minutes(1);
    let view = Request { has_pass_list: true, ..request(Action::View, DataClass::Product) };
    let heavy = Request { area: "billing", ..request(Action::Download, DataClass::Personal) };
    let cases = [
        ("request: view by PIN", hundred(pin()), Ask::Request(view)),
        ("request: three consents on an onboarding", hundred(onboarding()), Ask::Request(heavy)),
        ("start: fifty grounds, one of them live", hundred(pin()), Ask::Start(start())),
        (
            "preview: three consents, fifty grounds, one of them live",
            hundred(onboarding()),
            Ask::Preview { request: heavy, acting_as: None, ground: None },
        ),
    ];
    let mut group = criterion.benchmark_group("decide, 100 facts");
    for (name, facts, ask) in &cases {
        assert!(decide(facts, ask, now).opening().is_some(), "{name} is open");
        group.bench_function(*name, |b| b.iter(|| decide(black_box(facts), black_box(ask), black_box(now))));
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
