"""A contract to begin with."""

EXAMPLE = """\
# contracts/fraud/7.odcs.yaml: what version 7 of the model fraud reads and writes (Open Data Contract Standard 3.2).
apiVersion: v3.2.0
kind: DataContract
id: urn:schemaguard:model:fraud:7        # urn:schemaguard:consumer:NAME for a service, job or dashboard
name: fraud@7
version: 1.0.0                           # of the contract itself
status: active
team: {name: risk-ml}
slaProperties:                           # the release window, where neither database nor lock file says better
  - {property: generalAvailability, value: "2026-09-01"}
  - {property: endOfSupport, value: "2026-12-31"}
customProperties:
  - {property: modelName, value: fraud, vendor: schemaguard}
  - {property: modelVersion, value: "7", vendor: schemaguard}       # or a list: ["7", "8"]
  - {property: readsThrough, value: table, vendor: schemaguard}     # table | view | copy
schema:
  - name: transactions
    physicalName: transactions           # schema.table where it isn't in public
    physicalType: table
    customProperties:
      - {property: access, value: read, vendor: schemaguard}        # read | write
    properties:                          # required: never NULL to me
      - {name: id, logicalType: integer, physicalType: bigint, required: true, unique: true}
      - {name: amount, logicalType: number, physicalType: "numeric(12,2)", required: true}
      - {name: channel, logicalType: string, physicalType: text, enum: [{value: web}, {value: pos}]}
  - name: predictions
    physicalName: predictions
    physicalType: table
    customProperties:
      - {property: access, value: write, vendor: schemaguard}       # required: always sent
    properties:
      - {name: transaction_id, logicalType: integer, physicalType: bigint, required: true}
      - {name: score, logicalType: number, physicalType: double precision, required: true}
"""
