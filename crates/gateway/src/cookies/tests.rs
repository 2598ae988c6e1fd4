use super::*;

fn set(lines: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(DATE, HeaderValue::from_static("Sun, 22 Nov 2026 10:00:00 GMT"));
    for line in lines {
        headers.append(SET_COOKIE, HeaderValue::from_str(line).unwrap());
    }
    headers
}

fn sent(jar: &CookieJar, path: &str, trustworthy: bool) -> String {
    let value = jar.header(path, trustworthy, |_| false, std::iter::empty());
    value.map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[test]
fn a_path_covers_itself_and_what_lies_below() {
    let jar = CookieJar::default();
    jar.store(&set(&["a=1; Path=/shop", "b=2", "c=3; Path=/"]), "/shop/cart/add");
    assert_eq!(sent(&jar, "/shop/cart/1", true), "b=2; a=1; c=3");
    assert_eq!(sent(&jar, "/shop", true), "a=1; c=3");
    assert_eq!(sent(&jar, "/shopping", true), "c=3");
}

#[test]
fn secure_cookies_travel_only_where_it_is_safe() {
    let jar = CookieJar::default();
    jar.store(&set(&["a=1; Secure; Path=/", "b=2; Path=/"]), "/");
    assert_eq!(sent(&jar, "/", true), "a=1; b=2");
    assert_eq!(sent(&jar, "/", false), "b=2");
}

#[test]
fn deletions_and_expiry_count_by_the_upstreams_clock() {
    let jar = CookieJar::default();
    jar.store(
        &set(&["a=1; Path=/", "b=1; Path=/", "c=1; Path=/; Expires=Sun, 22 Nov 2026 11:00:00 GMT"]),
        "/",
    );
    jar.store(&set(&["a=; Path=/; Max-Age=0", "b=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"]), "/");
    assert_eq!(sent(&jar, "/", true), "c=1");
    jar.store(&set(&["c=; Path=/; Expires=Sun, 22-Nov-26 09:59:59 GMT"]), "/");
    assert_eq!(sent(&jar, "/", true), "");
}

#[test]
fn the_jar_is_bounded() {
    let jar = CookieJar::default();
    for n in 0..200 {
        jar.store(&set(&[&format!("n{n}={}; Path=/", "x".repeat(400))]), "/");
    }
    let kept = jar.0.lock().unwrap();
    assert!(kept.len() <= MOST && kept.iter().map(Kept::size).sum::<usize>() <= MOST_BYTES);
    assert!(kept.len() > 30);
}

#[test]
fn a_script_cookie_is_the_browsers_unless_it_came_twice() {
    let jar = CookieJar::default();
    jar.store(&set(&["csrf=jar; Path=/", "sid=1; Path=/"]), "/");
    let header = |browser: &[(&'static str, &'static str)]| {
        let value = jar.header("/", true, |name| name == "csrf", browser.iter().copied());
        value.unwrap().to_str().unwrap().to_owned()
    };
    assert_eq!(header(&[("csrf", "browser")]), "csrf=browser; sid=1");
    assert_eq!(header(&[("csrf", "browser"), ("csrf", "sibling")]), "csrf=jar; sid=1");
}

#[test]
fn our_own_cookie_cannot_be_set_from_upstream() {
    let jar = CookieJar::default();
    jar.store(&set(&["__Host-pforte-visit=evil; Path=/"]), "/");
    assert_eq!(sent(&jar, "/", true), "");
}

#[test]
fn dates_are_read_in_the_forms_that_occur() {
    assert_eq!(date::seconds("Thu, 01 Jan 1970 00:00:10 GMT"), Some(10));
    assert_eq!(date::seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
    assert_eq!(date::seconds("Sunday, 06-Nov-94 08:49:37 GMT"), Some(784_111_777));
    assert_eq!(date::seconds("soon"), None);
}
