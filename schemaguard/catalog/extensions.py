"""What belongs to an extension: the types, functions, operator classes and index methods that go when it goes.

As pg_depend lists them on PostgreSQL 15 (contrib) and 18 (pgvector); PostGIS and the others after their manuals.
Functions that only operators and casts stand on are left out, and those that have a name of PostgreSQL's own.
"""

from schemaguard.frozen import dataclass, field


@dataclass(frozen=True, slots=True)
class Members:
    """The names of what an extension brings; `prefixes` are those that its functions' names begin with."""

    types: frozenset[str] = field(default_factory=frozenset)
    functions: frozenset[str] = field(default_factory=frozenset)
    opclasses: frozenset[str] = field(default_factory=frozenset)
    methods: frozenset[str] = field(default_factory=frozenset)
    prefixes: tuple[str, ...] = ()
    requires: frozenset[str] = field(default_factory=frozenset)
    """Other extensions that it stands on."""
    serves: str | None = None
    """The index method for which it brings default operator classes of PostgreSQL's own types."""

    def has_function(self, name: str) -> bool:
        """Whether a function of that name is one of its own."""
        return name in self.functions or (bool(self.prefixes) and name.startswith(self.prefixes))


def _members(
    types: str = "",
    functions: str = "",
    opclasses: str = "",
    methods: str = "",
    prefixes: tuple[str, ...] = (),
    requires: str = "",
    serves: str | None = None,
) -> Members:
    return Members(
        frozenset(types.split()),
        frozenset(functions.split()),
        frozenset(opclasses.split()),
        frozenset(methods.split()),
        prefixes,
        frozenset(requires.split()),
        serves,
    )


EXTENSIONS: dict[str, Members] = {
    "citext": _members("citext", "citext_larger citext_smaller", "citext_ops citext_pattern_ops"),
    "hstore": _members(
        "hstore ghstore",
        "akeys avals defined each hstore hstore_to_json_loose hstore_to_jsonb_loose hstore_to_array hstore_to_matrix"
        " isdefined isexists skeys slice slice_array svals tconvert populate_record",
        "btree_hstore_ops gin_hstore_ops gist_hstore_ops hash_hstore_ops",
    ),
    "ltree": _members(
        "ltree lquery ltxtquery ltree_gist",
        "index lca ltree2text nlevel subltree subpath text2ltree",
        "gist__ltree_ops gist_ltree_ops ltree_ops",
    ),
    "cube": _members(
        "cube",
        "cube cube_dim cube_distance cube_enlarge cube_inter cube_is_point cube_ll_coord cube_size cube_subset"
        " cube_union cube_ur_coord",
        "cube_ops gist_cube_ops",
    ),
    "earthdistance": _members(
        "earth", "earth earth_box earth_distance gc_to_sec latitude ll_to_earth longitude sec_to_gc", requires="cube"
    ),
    "isn": _members(
        "ean13 isbn isbn13 ismn ismn13 issn issn13 upc",
        "is_valid isn_weak make_valid",
        "ean13_ops isbn13_ops isbn_ops ismn13_ops ismn_ops issn13_ops issn_ops upc_ops",
    ),
    "seg": _members("seg", "seg_center seg_inter seg_lower seg_size seg_union seg_upper", "gist_seg_ops seg_ops"),
    "intarray": _members(
        "query_int intbig_gkey",
        "icount idx intset sort sort_asc sort_desc subarray uniq",
        "gin__int_ops gist__int_ops gist__intbig_ops",
    ),
    "pg_trgm": _members(
        "gtrgm",
        "set_limit show_limit show_trgm similarity strict_word_similarity word_similarity",
        "gin_trgm_ops gist_trgm_ops",
    ),
    "btree_gin": _members(serves="gin"),
    "btree_gist": _members(
        opclasses="gist_bit_ops gist_bool_ops gist_bpchar_ops gist_bytea_ops gist_cash_ops gist_cidr_ops gist_date_ops"
        " gist_enum_ops gist_float4_ops gist_float8_ops gist_inet_ops gist_int2_ops gist_int4_ops gist_int8_ops"
        " gist_interval_ops gist_macaddr8_ops gist_macaddr_ops gist_numeric_ops gist_oid_ops gist_text_ops"
        " gist_time_ops gist_timestamp_ops gist_timestamptz_ops gist_timetz_ops gist_uuid_ops gist_vbit_ops",
        serves="gist",
    ),
    "pgcrypto": _members(
        functions="armor crypt dearmor decrypt decrypt_iv digest encrypt encrypt_iv gen_random_bytes gen_salt hmac"
        " pgp_armor_headers pgp_key_id pgp_pub_decrypt pgp_pub_decrypt_bytea pgp_pub_encrypt pgp_pub_encrypt_bytea"
        " pgp_sym_decrypt pgp_sym_decrypt_bytea pgp_sym_encrypt pgp_sym_encrypt_bytea"
    ),
    "uuid-ossp": _members(
        functions="uuid_generate_v1 uuid_generate_v1mc uuid_generate_v3 uuid_generate_v4 uuid_generate_v5 uuid_nil"
        " uuid_ns_dns uuid_ns_oid uuid_ns_url uuid_ns_x500"
    ),
    "unaccent": _members(functions="unaccent"),
    "fuzzystrmatch": _members(
        functions="daitch_mokotoff difference dmetaphone dmetaphone_alt levenshtein levenshtein_less_equal metaphone"
        " soundex text_soundex"
    ),
    "tablefunc": _members(functions="connectby crosstab crosstab2 crosstab3 crosstab4 normal_rand"),
    "lo": _members("lo", "lo_manage lo_oid"),
    "bloom": _members(methods="bloom"),
    "dblink": _members(prefixes=("dblink",)),
    "moddatetime": _members(functions="moddatetime"),
    "vector": _members(
        "vector halfvec sparsevec",
        "binary_quantize cosine_distance halfvec_avg hamming_distance inner_product jaccard_distance l1_distance"
        " l2_distance l2_norm l2_normalize subvector vector_avg vector_dims vector_norm",
        "bit_hamming_ops bit_jaccard_ops halfvec_cosine_ops halfvec_ip_ops halfvec_l1_ops halfvec_l2_ops halfvec_ops"
        " sparsevec_cosine_ops sparsevec_ip_ops sparsevec_l1_ops sparsevec_l2_ops sparsevec_ops vector_cosine_ops"
        " vector_ip_ops vector_l1_ops vector_l2_ops vector_ops",
        "hnsw ivfflat",
    ),
    "vectorscale": _members(methods="diskann", requires="vector"),
    "vectors": _members("vector vecf16 svector bvector", methods="vectors"),
    "postgis": _members(
        "geometry geography box2d box3d box2df gidx spheroid geometry_dump valid_detail",
        "geometrytype addgeometrycolumn dropgeometrycolumn updategeometrysrid",
        "gist_geometry_ops_2d gist_geometry_ops_nd gist_geography_ops brin_geometry_inclusion_ops_2d"
        " spgist_geometry_ops_2d btree_geometry_ops btree_geography_ops",
        prefixes=("st_", "postgis_", "_st_"),
    ),
    "postgis_raster": _members("raster rastbandarg addbandarg", prefixes=("st_",), requires="postgis"),
    "postgis_topology": _members("topogeometry", requires="postgis"),
    "h3": _members("h3index", prefixes=("h3_",)),
    "hll": _members("hll hll_hashval", prefixes=("hll_",)),
    "rum": _members(opclasses="rum_tsvector_ops rum_anyarray_ops", methods="rum"),
    "pg_uuidv7": _members(functions="uuid_generate_v7 uuid_v7_to_timestamptz uuid_timestamptz_to_v7"),
    "ulid": _members("ulid", "gen_ulid gen_monotonic_ulid"),
    "pgx_ulid": _members("ulid", "gen_ulid gen_monotonic_ulid"),
    "semver": _members("semver", "semver to_semver is_semver"),
    "timescaledb": _members(functions="time_bucket time_bucket_gapfill first last locf interpolate histogram"),
}
"""Extension → what it brings."""

WITHOUT_MEMBERS = frozenset(
    """
    plpgsql pg_stat_statements pg_cron pg_partman pgaudit pg_buffercache pg_prewarm pgstattuple pageinspect amcheck
    pg_visibility pg_freespacemap pgrowlocks postgres_fdw file_fdw sslinfo tsm_system_rows tsm_system_time
    autoinc insert_username refint tcn pg_repack pg_hint_plan hypopg pg_net http pgmq pgtap plperl plpython3u
    pg_walinspect pg_surgery old_snapshot adminpack auto_explain pg_graphql pgsodium supabase_vault pg_jsonschema
    """.split()  # noqa: SIM905 - forty quoted names would be harder to read than words
)
"""Extensions that bring no type and no index method, and no function for columns, views or defaults."""


def known_types() -> frozenset[str]:
    """The types of all extensions that are listed here."""
    return frozenset(name for members in EXTENSIONS.values() for name in members.types)
