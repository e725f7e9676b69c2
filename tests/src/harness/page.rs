//! A page as a script-less browser sees it: status, headers, forms.

use http::{HeaderMap, StatusCode};

/// One answer.
#[derive(Clone, Debug)]
pub struct Page {
    /// The path and query that were asked for.
    pub asked: String,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

/// A form with what a browser would send of it.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it goes.
    pub action: String,
    /// Its fields, with their present values.
    pub fields: Vec<(String, String)>,
}

impl Page {
    /// Where the answer leads, if it is a redirect.
    pub fn location(&self) -> Option<&str> {
        self.headers.get("location").and_then(|value| value.to_str().ok())
    }

    /// The `Location`, which must be there.
    pub fn redirect(&self) -> &str {
        self.location()
            .unwrap_or_else(|| panic!("no redirect from {}: {} {}", self.asked, self.status, self.body))
    }

    /// A header as text; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Whether an element has this id.
    pub fn has(&self, id: &str) -> bool {
        self.body.contains(&format!("id=\"{id}\""))
    }

    /// Fails unless an element has this id.
    pub fn expect(&self, id: &str) -> &Self {
        assert!(
            self.has(id),
            "no #{id} on {} ({}):\n{}",
            self.asked,
            self.status,
            self.body
        );
        self
    }

    /// Fails unless the status is this.
    pub fn status(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}:\n{}", self.asked, self.body);
        self
    }

    /// The path that the link with this id leads to.
    pub fn link_of(&self, id: &str) -> String {
        self.expect(id);
        let at = self.body.find(&format!("id=\"{id}\"")).unwrap_or_default();
        attribute(tag_around(&self.body, at), "href").unwrap_or_else(|| panic!("#{id} is no link: {}", self.body))
    }

    /// The text inside the first element with this id, tags left out.
    pub fn text_of(&self, id: &str) -> String {
        let start = self
            .body
            .find(&format!("id=\"{id}\""))
            .unwrap_or_else(|| panic!("no #{id}: {}", self.body));
        let rest = self.body[start..].split_once('>').map_or("", |(_, rest)| rest);
        let text = rest.split("</").next().unwrap_or_default();
        strip_tags(text).trim().to_owned()
    }

    /// The value of a `data-` attribute, wherever it stands.
    pub fn data(&self, name: &str) -> String {
        attribute(&self.body, &format!("data-{name}")).unwrap_or_else(|| panic!("no data-{name}: {}", self.body))
    }

    /// The form that the element with this id submits, the button's own value included.
    pub fn form_of(&self, button: &str) -> Form {
        let marker = format!("id=\"{button}\"");
        let at = self
            .body
            .find(&marker)
            .unwrap_or_else(|| panic!("no #{button} on {}: {}", self.asked, self.body));
        let element = tag_around(&self.body, at);
        let source = match attribute(element, "form") {
            Some(id) => self.form_with_id(&id),
            None => form_around(&self.body, at),
        };
        let opening = source.split_once('>').map_or(source, |(opening, _)| opening);
        let action = attribute(element, "formaction").or_else(|| attribute(opening, "action"));
        let mut fields = fields_of(source);
        if let Some(name) = attribute(element, "name") {
            fields.push((name, attribute(element, "value").unwrap_or_default()));
        }
        Form {
            action: action.unwrap_or_else(|| self.asked.clone()),
            fields,
        }
    }

    /// The form with this id.
    pub fn form(&self, id: &str) -> Form {
        let source = self.form_with_id(id);
        let opening = source.split_once('>').map_or(source, |(opening, _)| opening);
        Form {
            action: attribute(opening, "action").unwrap_or_else(|| self.asked.clone()),
            fields: fields_of(source),
        }
    }

    fn form_with_id(&self, id: &str) -> &str {
        let forms = self
            .body
            .match_indices("<form")
            .map(|(at, _)| until_form_ends(&self.body[at..]));
        let wanted = format!("id=\"{id}\"");
        let mut found = forms.filter(|form| form.split('>').next().is_some_and(|opening| opening.contains(&wanted)));
        found
            .next()
            .unwrap_or_else(|| panic!("no form #{id} on {}: {}", self.asked, self.body))
    }
}

impl Form {
    /// Sets a field, or adds it.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a field out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }
}

fn until_form_ends(text: &str) -> &str {
    text.split_once("</form>").map_or(text, |(form, _)| form)
}

fn form_around(body: &str, at: usize) -> &str {
    let start = body[..at]
        .rfind("<form")
        .unwrap_or_else(|| panic!("the element is in no form"));
    until_form_ends(&body[start..])
}

fn tag_around(body: &str, at: usize) -> &str {
    let start = body[..at].rfind('<').unwrap_or(0);
    body[start..].split_once('>').map_or("", |(tag, _)| tag)
}

fn fields_of(form: &str) -> Vec<(String, String)> {
    let inputs = form
        .match_indices("<input")
        .filter_map(|(at, _)| form[at..].split_once('>').map(|(tag, _)| tag));
    inputs
        .filter(|tag| {
            let kind = attribute(tag, "type").unwrap_or_default();
            !matches!(kind.as_str(), "checkbox" | "radio") || tag.contains(" checked")
        })
        .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default())))
        .collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let marker = format!(" {name}=\"");
    let start = tag.find(&marker)? + marker.len();
    let value = tag[start..].split_once('"')?.0;
    Some(unescape(value))
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&#x2f;", "/")
        .replace("&#x2F;", "/")
        .replace("&#10;", "\n")
        .replace("&amp;", "&")
}

fn strip_tags(text: &str) -> String {
    let mut inside = false;
    text.chars()
        .filter(|c| match c {
            '<' => {
                inside = true;
                false
            }
            '>' => {
                inside = false;
                false
            }
            _ => !inside,
        })
        .collect()
}
