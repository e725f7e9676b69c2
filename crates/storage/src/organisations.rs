//! Organisations that certificates named (table `organisations`): found by the keyed digest of the BIN, everything else
//! encrypted.
//!
//! Retention: as long as a certificate or a power of attorney names them.

use authority::identifiers::{Bin, Checksum};
use authority::ids::OrganisationId;
use authority::secret::{Keyring, Purpose, TokenDigest};
use authority::time::Timestamp;
use rand_core::CryptoRng;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Our identifier.
    pub id: OrganisationId,
    /// Its number.
    pub bin: Bin,
    /// Its name, as the latest certificate wrote it.
    pub name: Option<String>,
}

/// An organisation as it may be stored.
#[derive(Clone, Debug)]
pub struct SealedOrganisation {
    id: OrganisationId,
    digest: TokenDigest,
    bin: Vec<u8>,
    name: Option<Vec<u8>>,
}

impl SealedOrganisation {
    /// Encrypts what a certificate says.
    ///
    /// # Errors
    /// The cryptographic library refuses.
    pub fn seal(organisation: &Organisation, keyring: &Keyring, rng: &mut dyn CryptoRng) -> Result<Self, StorageError> {
        let digest = digest(keyring, &organisation.bin);
        let mut seal = |member: &str, value: &str| {
            let context = context(&digest, member);
            keyring.seal(Purpose::Fact, context.as_bytes(), value.as_bytes(), rng)
        };
        Ok(Self {
            id: organisation.id,
            digest,
            bin: seal("bin", organisation.bin.expose())?,
            name: organisation
                .name
                .as_deref()
                .map(|name| seal("name", name))
                .transpose()?,
        })
    }
}

/// The digest that a BIN is found by.
pub fn digest(keyring: &Keyring, bin: &Bin) -> TokenDigest {
    keyring.digest_list(Purpose::Identifier, &[b"bin", b"KZ", bin.expose().as_bytes()])
}

/// What a value is encrypted for: the number, not our id, because whoever meets an organisation does not know yet whether
/// it has one.
fn context(digest: &TokenDigest, member: &str) -> String {
    format!("organisations/{}/{member}", crate::audit::hex(digest.as_bytes()))
}

/// Keeps the organisation of a certificate, or its name as it is now, and says under which id it is known.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn record(tx: &Tx, sealed: &SealedOrganisation, now: Timestamp) -> Result<OrganisationId, StorageError> {
    let sql = "INSERT INTO organisations (id, bin_hmac, bin_sealed, name_sealed, first_seen_at, last_seen_at) \
               VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (bin_hmac) DO UPDATE \
               SET name_sealed = COALESCE(excluded.name_sealed, organisations.name_sealed), last_seen_at = excluded.last_seen_at RETURNING id";
    let values = [
        sealed.id.as_uuid().into(),
        sql::digest(&sealed.digest),
        sealed.bin.clone().into(),
        sealed.name.clone().into(),
        at(now),
    ];
    let row: Option<IdRow> = sql::find(tx, sql, values).await?;
    let place = Place {
        table: "organisations",
        id: &sealed.id,
    };
    Ok(OrganisationId::from_uuid(place.word("id", row.map(|row| row.id))?))
}

/// The organisation of this id.
///
/// # Errors
/// The database is not available, or a value was altered.
pub async fn find(
    conn: &Connection,
    id: OrganisationId,
    keyring: &Keyring,
) -> Result<Option<Organisation>, StorageError> {
    let row: Option<Row> = sql::find(conn, "SELECT * FROM organisations WHERE id = $1", [id.as_uuid().into()]).await?;
    Ok(row.map(|row| open(&row, keyring)).transpose()?)
}

fn open(row: &Row, keyring: &Keyring) -> Result<Organisation, Inconsistent> {
    let place = Place {
        table: "organisations",
        id: &row.id,
    };
    let digest = place.digest("bin_hmac", &row.bin_hmac)?;
    let open = |member: &str, sealed: &[u8]| {
        let plain = keyring
            .open(Purpose::Fact, context(&digest, member).as_bytes(), sealed)
            .ok()?;
        String::from_utf8(plain.to_vec()).ok()
    };
    // It was judged when it was kept.
    let bin = open("bin", &row.bin_sealed).and_then(|text| Bin::parse(&text, Checksum::Ignored).ok());
    let name = match &row.name_sealed {
        Some(sealed) => Some(place.word("name_sealed", open("name", sealed))?),
        None => None,
    };
    Ok(Organisation {
        id: OrganisationId::from_uuid(row.id),
        bin: place.word("bin_sealed", bin)?,
        name,
    })
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    bin_hmac: Vec<u8>,
    bin_sealed: Vec<u8>,
    name_sealed: Option<Vec<u8>>,
}
