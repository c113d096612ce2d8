"""Changes: what one statement does to the catalog, as data. A statement has one, or one an action.

Names are as written (`schema` None where unqualified); `apply` resolves them. Optional names of new constraints and
indexes are None until `apply` gives them the server's own name.
"""

from schemaguard.catalog.changes.columns import (
    AddColumn,
    DropColumn,
    DropDefault,
    DropNotNull,
    RenameColumn,
    RetypeColumn,
    SetColumnOption,
    SetDefault,
    SetGenerated,
    SetIdentity,
    SetNotNull,
)
from schemaguard.catalog.changes.constraints import (
    AddConstraint,
    AlterConstraint,
    AttachIndex,
    CreateIndex,
    DropConstraint,
    DropIndex,
    Reindex,
    RenameConstraint,
    ValidateConstraint,
)
from schemaguard.catalog.changes.objects import (
    AddEnumValue,
    AlterComposite,
    AlterDomain,
    AlterFunction,
    AlterSequence,
    ChangeOwner,
    ChangeSymbol,
    CreateComposite,
    CreateDomain,
    CreateEnum,
    CreateExtension,
    CreateFunction,
    CreatePolicy,
    CreateSchema,
    CreateSequence,
    CreateTrigger,
    CreateView,
    DropObject,
    EnableTrigger,
    GrantAccess,
    MoveObject,
    ObjectKind,
    RefreshView,
    RenameEnumValue,
    RenameObject,
    RevokeAccess,
    SetComment,
    SetRowSecurity,
)
from schemaguard.catalog.changes.sessions import (
    ControlTransaction,
    DeleteRows,
    InsertRows,
    LockTable,
    NoEffect,
    Opaque,
    Refused,
    SetSetting,
    TruncateTable,
    Unreadable,
    UpdateRows,
)
from schemaguard.catalog.changes.tables import (
    AttachPartition,
    CreateTable,
    DetachPartition,
    DropTable,
    MoveTable,
    RenameTable,
    RewriteTable,
    SetInheritance,
    SetReplicaIdentity,
    SetTableOption,
)

__all__ = [
    "AddColumn",
    "AddConstraint",
    "AddEnumValue",
    "AlterComposite",
    "AlterConstraint",
    "AlterDomain",
    "AlterFunction",
    "AlterSequence",
    "AttachIndex",
    "AttachPartition",
    "Change",
    "ChangeOwner",
    "ChangeSymbol",
    "ControlTransaction",
    "CreateComposite",
    "CreateDomain",
    "CreateEnum",
    "CreateExtension",
    "CreateFunction",
    "CreateIndex",
    "CreatePolicy",
    "CreateSchema",
    "CreateSequence",
    "CreateTable",
    "CreateTrigger",
    "CreateView",
    "DeleteRows",
    "DetachPartition",
    "DropColumn",
    "DropConstraint",
    "DropDefault",
    "DropIndex",
    "DropNotNull",
    "DropObject",
    "DropTable",
    "EnableTrigger",
    "GrantAccess",
    "InsertRows",
    "LockTable",
    "MoveObject",
    "MoveTable",
    "NoEffect",
    "ObjectKind",
    "Opaque",
    "RefreshView",
    "Refused",
    "Reindex",
    "RenameColumn",
    "RenameConstraint",
    "RenameEnumValue",
    "RenameObject",
    "RenameTable",
    "RetypeColumn",
    "RevokeAccess",
    "RewriteTable",
    "SetColumnOption",
    "SetComment",
    "SetDefault",
    "SetGenerated",
    "SetIdentity",
    "SetInheritance",
    "SetNotNull",
    "SetReplicaIdentity",
    "SetRowSecurity",
    "SetSetting",
    "SetTableOption",
    "TruncateTable",
    "Unreadable",
    "UpdateRows",
    "ValidateConstraint",
]

Change = (
    CreateTable | DropTable | RenameTable | MoveTable | RewriteTable | SetTableOption | SetReplicaIdentity
    | AttachPartition | DetachPartition | SetInheritance
    | AddColumn | DropColumn | RenameColumn | RetypeColumn | SetNotNull | DropNotNull | SetDefault | DropDefault
    | SetIdentity | SetGenerated | SetColumnOption
    | AddConstraint | DropConstraint | ValidateConstraint | RenameConstraint | AlterConstraint
    | CreateIndex | DropIndex | AttachIndex | Reindex
    | CreateView | RefreshView | CreateEnum | AddEnumValue | RenameEnumValue | CreateDomain | AlterDomain
    | CreateComposite | AlterComposite | CreateSequence | AlterSequence | CreateFunction | AlterFunction
    | CreateTrigger
    | EnableTrigger | CreatePolicy | SetRowSecurity | GrantAccess | RevokeAccess | ChangeOwner | ChangeSymbol
    | CreateSchema | CreateExtension | DropObject | RenameObject | MoveObject | SetComment
    | InsertRows | UpdateRows | DeleteRows | TruncateTable
    | SetSetting | ControlTransaction | LockTable | NoEffect
    | Opaque | Unreadable
)  # fmt: skip
