use super::carrier::{read, split};
use super::*;

#[test]
fn an_address_is_host_and_path_and_an_answer_is_status_and_json() {
    assert_eq!(
        split("http://localhost:7300/egov/x"),
        Some(("localhost:7300", "/egov/x"))
    );
    for wrong in ["https://localhost/egov", "localhost:1/egov", "http://localhost"] {
        assert_eq!(split(wrong), None, "{wrong}");
    }
    let answer = read("HTTP/1.1 403 Forbidden\r\nA: b\r\n\r\n{\"message\":\"no\"}").unwrap();
    assert_eq!((answer.status, answer.message()), (403, "no"));
    assert_eq!(read("HTTP/1.1 200 OK\r\n\r\nno json").unwrap().json, Value::Null);
    assert!(read("nonsense").is_none());
}

struct Silent;

impl Carrier for Silent {
    async fn send(&self, _: AppRequest) -> Result<AppAnswer, PhoneError> {
        Ok(AppAnswer {
            status: 200,
            json: Value::Null,
        })
    }
}

#[tokio::test]
async fn codes_of_something_else_and_answers_that_say_nothing_are_given_up() {
    for code in ["https://id.example.kz/egov/x", "mobilesign:https://x", ""] {
        assert!(
            matches!(scan(code, "kk", &Silent).await, Err(PhoneError::OtherCode)),
            "{code}"
        );
    }
    let nothing = scan("mobileSign:https://id.example.kz/egov/x", "kk", &Silent).await;
    assert!(matches!(nothing, Err(PhoneError::OtherCode)));
}
