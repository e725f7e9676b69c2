//! XML signatures as NCALayer makes them (XML Signature 1.1, enveloped), and every way to get one wrong: start from
//! [`XmlRecipe::honest`] and change a part.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::pki::{PkiError, SigningKey, Suite};

const NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";
const CANONICAL_XML: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";

/// How the signature is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XmlLayout {
    /// Without white space, as the module `basics` writes.
    Compact,
    /// A line for every element and base64 in lines of 76 that end with `&#13;`, as `commonUtils` writes.
    Santuario,
}

/// Everything that goes into one signed document.
#[derive(Clone, Debug)]
pub struct XmlRecipe<'a> {
    /// What is digested, in canonical form.
    pub digested: String,
    /// The document that is sent, without its signature.
    pub document: String,
    /// The key that signs.
    pub key: &'a SigningKey,
    /// The certificates in X509Data, each in an element of its own.
    pub certificates: Vec<Vec<u8>>,
    /// How the signature is laid out.
    pub layout: XmlLayout,
    /// CanonicalizationMethod.
    pub canonicalisation: String,
    /// SignatureMethod.
    pub signature_method: String,
    /// Of which suite the digest is, whatever DigestMethod says.
    pub digest: Suite,
    /// DigestMethod.
    pub digest_method: String,
    /// The reference's URI.
    pub uri: String,
    /// Its transforms.
    pub transforms: Vec<String>,
    /// How many times the reference appears.
    pub references: usize,
    /// What stands in KeyInfo before the certificate.
    pub key_value: String,
}

impl<'a> XmlRecipe<'a> {
    /// What an honest signing program makes of a document in canonical form.
    pub fn honest(key: &'a SigningKey, certificate: &[u8], document: &str, layout: XmlLayout) -> Self {
        let (signature_method, digest_method) = names(key.suite());
        Self {
            digested: document.to_owned(),
            document: document.to_owned(),
            key,
            certificates: vec![certificate.to_vec()],
            layout,
            canonicalisation: CANONICAL_XML.to_owned(),
            signature_method: signature_method.to_owned(),
            digest: key.suite(),
            digest_method: digest_method.to_owned(),
            uri: String::new(),
            transforms: vec![
                format!("{NAMESPACE}enveloped-signature"),
                format!("{CANONICAL_XML}#WithComments"),
            ],
            references: 1,
            key_value: String::new(),
        }
    }

    /// The document with its signature before the end of the document element.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn sign(&self) -> Result<String, PkiError> {
        let signature = self.signature()?;
        let (inside, end) = self.document.rsplit_once("</").unwrap_or((&self.document, ""));
        Ok(format!("{inside}{signature}</{end}"))
    }

    /// The signature alone.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn signature(&self) -> Result<String, PkiError> {
        let value = self.key.sign(self.signed_info(Form::Canonical).as_bytes())?;
        let eol = self.eol();
        let certificates: Vec<String> = self
            .certificates
            .iter()
            .map(|der| {
                format!(
                    "<ds:X509Certificate>{eol}{}{eol}</ds:X509Certificate>{eol}",
                    self.base64(der, Form::Sent)
                )
            })
            .collect();
        Ok([
            format!(
                "<ds:Signature xmlns:ds=\"{NAMESPACE}\">{eol}{}{eol}",
                self.signed_info(Form::Sent)
            ),
            format!(
                "<ds:SignatureValue>{eol}{}{eol}</ds:SignatureValue>{eol}",
                self.base64(&value, Form::Sent)
            ),
            format!(
                "<ds:KeyInfo>{eol}{}<ds:X509Data>{eol}{}</ds:X509Data>{eol}",
                self.key_value,
                certificates.concat()
            ),
            format!("</ds:KeyInfo>{eol}</ds:Signature>"),
        ]
        .concat())
    }

    fn signed_info(&self, form: Form) -> String {
        let eol = self.eol();
        let inherited = match form {
            Form::Sent => String::new(),
            Form::Canonical => format!(" xmlns:ds=\"{NAMESPACE}\""),
        };
        let method = |name, algorithm: &str| empty(form, name, algorithm) + eol;
        let reference = self.reference(form).repeat(self.references);
        [
            format!("<ds:SignedInfo{inherited}>{eol}"),
            method("CanonicalizationMethod", &self.canonicalisation),
            method("SignatureMethod", &self.signature_method),
            reference,
            "</ds:SignedInfo>".to_owned(),
        ]
        .concat()
    }

    fn reference(&self, form: Form) -> String {
        let eol = self.eol();
        let transforms: String = self
            .transforms
            .iter()
            .map(|one| empty(form, "Transform", one) + eol)
            .collect();
        let hash = self.digest.digest(self.digested.as_bytes());
        [
            format!(
                "<ds:Reference URI=\"{}\">{eol}<ds:Transforms>{eol}{transforms}</ds:Transforms>{eol}",
                self.uri
            ),
            empty(form, "DigestMethod", &self.digest_method),
            format!(
                "{eol}<ds:DigestValue>{}</ds:DigestValue>{eol}</ds:Reference>{eol}",
                self.base64(&hash, form)
            ),
        ]
        .concat()
    }

    const fn eol(&self) -> &'static str {
        match self.layout {
            XmlLayout::Compact => "",
            XmlLayout::Santuario => "\n",
        }
    }

    fn base64(&self, bytes: &[u8], form: Form) -> String {
        let text = STANDARD.encode(bytes);
        let lines: Vec<&str> = match self.layout {
            XmlLayout::Compact => vec![&text],
            XmlLayout::Santuario => (0..text.len())
                .step_by(76)
                .map(|at| text.get(at..text.len().min(at + 76)).unwrap_or_default())
                .collect(),
        };
        match form {
            Form::Sent => lines.join("&#13;\n"),
            Form::Canonical => lines.join("&#xD;\n"),
        }
    }
}

/// As it is sent, or as it is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Sent,
    Canonical,
}

fn empty(form: Form, name: &str, algorithm: &str) -> String {
    match form {
        Form::Sent => format!("<ds:{name} Algorithm=\"{algorithm}\"/>"),
        Form::Canonical => format!("<ds:{name} Algorithm=\"{algorithm}\"></ds:{name}>"),
    }
}

/// SignatureMethod and DigestMethod of a suite (kz-eds §5.1).
const fn names(suite: Suite) -> (&'static str, &'static str) {
    match suite {
        Suite::Rsa => (
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2001/04/xmlenc#sha256",
        ),
        Suite::Gost512 => (
            "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512",
            "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-512",
        ),
        Suite::Gost256 => (
            "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-256",
            "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-256",
        ),
        Suite::Gost2004 => (
            "http://www.w3.org/2001/04/xmldsig-more#gost34310-gost34311",
            "http://www.w3.org/2001/04/xmldsig-more#gost34311",
        ),
    }
}

#[cfg(test)]
mod tests;
