import type {
  CheckConstraintObject,
  Column,
  DatabaseObject,
  DefaultConstraintObject,
  ForeignKeyObject,
  Index,
  KeyConstraintObject,
  ReferentialActionModel,
  TableObject,
} from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type {
  CheckConstraint,
  DefaultDefinition,
  ForeignKeyConstraint,
  InlineIndex,
  KeyConstraint,
  ReferentialAction,
} from "../../tsql/ast-tables.ts";
import { wholeNode } from "../../tsql/coverage.ts";
import { coercion } from "../../values/coerce.ts";
import { sqlError } from "../../values/error-table.ts";
import { rowScope } from "../dml/row-expressions.ts";
import { compileExpression } from "../expressions/expression.ts";
import { compilePredicate } from "../expressions/predicate.ts";
import { findObject, writtenName } from "../session/resolve-name.ts";
import type { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { StatementContext } from "../statement-context.ts";
import { mentioned } from "./build-column.ts";
import { expressionReferences } from "./module-references.ts";
import { buildIndex, nextIndexId } from "./build-index.ts";
import { systemName } from "./constraint-name.ts";
import { definitionText, filterDefinition, predicateDefinition } from "./definition-text.ts";

/** A table that is being made or altered: its columns and indexes as they will be, and the objects that come with them. */
export class TableDraft {
  readonly database: Database;
  readonly schemaId: number;
  readonly objectId: number;
  readonly name: string;
  readonly session: Session;
  readonly scope: Scope;
  readonly context: StatementContext;
  columns: Column[];
  indexes: Index[];
  readonly added: DatabaseObject[] = [];

  constructor(
    target: { database: Database; schemaId: number; objectId: number; name: string },
    session: Session,
    scope: Scope,
    table?: TableObject,
  ) {
    this.database = target.database;
    this.schemaId = target.schemaId;
    this.objectId = target.objectId;
    this.name = target.name;
    this.session = session;
    this.scope = scope;
    this.context = new StatementContext(session, scope);
    this.columns = table ? [...table.columns] : [];
    this.indexes = table ? [...table.indexes] : [];
  }

  column(name: string): Column {
    const column = this.columns.find((candidate) => this.context.sameName(candidate.name, name));
    if (!column) throw sqlError(1911, name);
    return column;
  }

  #base(name: string | undefined, kind: "PK" | "UQ" | "DF" | "CK" | "FK", column: string | undefined) {
    const objectId = this.database.newObjectId();
    const now = this.session.engine.clock.now();
    return {
      objectId,
      schemaId: this.schemaId,
      name: name ?? systemName(kind, this.name, column, objectId),
      parentObjectId: this.objectId,
      createDate: now,
      modifyDate: now,
      systemNamed: name === undefined,
    };
  }

  addKey(constraint: KeyConstraint): void {
    const { primary } = constraint;
    if (primary && this.indexes.some((index) => index.primaryKey)) throw sqlError(1779, this.name);
    const hasClustered = this.indexes.some((index) => index.clustered);
    if (constraint.clustered === true && hasClustered)
      throw sqlError(1902, "clustered", this.name, this.indexes.find((index) => index.clustered)!.name);
    const clustered = constraint.clustered ?? (primary && !hasClustered);
    void constraint.filegroup;
    const base = this.#base(constraint.name, primary ? "PK" : "UQ", undefined);
    const indexId = nextIndexId(this.indexes, clustered);
    const index = buildIndex(
      {
        name: base.name,
        unique: true,
        clustered,
        primaryKey: primary,
        uniqueConstraint: !primary,
        constraintObjectId: base.objectId,
        columns: constraint.columns,
        options: constraint.options,
      },
      indexId,
      this.columns,
      this.name,
      this.context,
    );
    if (primary) {
      for (const key of index.keyColumns) {
        if (this.columns.find((column) => column.columnId === key.columnId)!.nullable) throw sqlError(8111, this.name);
      }
    }
    this.indexes.push(index);
    const object: KeyConstraintObject = { ...base, kind: primary ? "primary-key" : "unique", indexId };
    this.added.push(object);
  }

  addInlineIndex(definition: InlineIndex): void {
    if (definition.clustered === true && this.indexes.some((index) => index.clustered)) {
      throw sqlError(1902, "clustered", this.name, this.indexes.find((index) => index.clustered)!.name);
    }
    void definition.filegroup;
    const clustered = definition.clustered === true;
    if (this.indexes.some((index) => this.context.sameName(index.name, definition.name))) {
      throw sqlError(1913, definition.name, "table", this.name);
    }
    this.indexes.push(
      buildIndex(
        {
          name: definition.name,
          unique: definition.unique,
          clustered,
          columns: definition.columns,
          include: definition.include,
          options: definition.options,
          ...(definition.where
            ? { filterDefinition: filterDefinition(wholeNode(definition.where), definition.whereText ?? "") }
            : {}),
        },
        nextIndexId(this.indexes, clustered),
        this.columns,
        this.name,
        this.context,
      ),
    );
  }

  addDefault(definition: DefaultDefinition, columnName: string): void {
    const column = this.columns.find((candidate) => this.context.sameName(candidate.name, columnName));
    if (!column) throw sqlError(1752, columnName, this.name);
    if (column.defaultObjectId !== undefined) throw sqlError(1781);
    if (column.identity) throw sqlError(1754, this.name, column.name);
    if (column.computed || column.type.name === "rowversion") throw sqlError(1755, this.name, column.name);
    const expression = wholeNode(definition.expression);
    const value = compileExpression(expression, rowScope([], this.name, this.session));
    if (value.literal !== null) coercion(value.type, column.type);
    const base = this.#base(definition.name, "DF", column.name);
    const object: DefaultConstraintObject = {
      ...base,
      kind: "default",
      columnId: column.columnId,
      definition: definitionText(expression, definition.text),
      ...mentioned(expressionReferences(expression, this.database)),
    };
    this.columns = this.columns.map((each) => (each === column ? { ...each, defaultObjectId: object.objectId } : each));
    this.added.push(object);
  }

  addCheck(constraint: CheckConstraint, trusted: boolean): CheckConstraintObject {
    const predicate = wholeNode(constraint.predicate);
    compilePredicate(predicate, rowScope(this.columns, this.name, this.session));
    const column = constraint.column === undefined ? undefined : this.column(constraint.column);
    const base = this.#base(constraint.name, "CK", column?.name);
    const object: CheckConstraintObject = {
      ...base,
      kind: "check",
      columnId: column?.columnId ?? 0,
      definition: predicateDefinition(predicate, constraint.text),
      ...mentioned(expressionReferences(predicate, this.database)),
      disabled: false,
      notTrusted: !trusted,
      notForReplication: constraint.notForReplication,
    };
    this.added.push(object);
    return object;
  }

  addForeignKey(constraint: ForeignKeyConstraint, trusted: boolean): ForeignKeyObject {
    const base = this.#base(constraint.name, "FK", constraint.columns.length === 1 ? constraint.columns[0] : undefined);
    const own = constraint.columns.map((name) => {
      const column = this.columns.find((candidate) => this.context.sameName(candidate.name, name));
      if (!column) throw sqlError(1769, base.name, name, this.name);
      return column;
    });
    const found = findObject(constraint.references, this.session, this.scope);
    const isSelf =
      constraint.references.database === undefined &&
      this.context.sameName(constraint.references.name, this.name) &&
      (constraint.references.schema === undefined ||
        this.database.findSchema(constraint.references.schema)?.schemaId === this.schemaId);
    const parent = isSelf ? this : found?.object.kind === "table" ? found.object : undefined;
    if (!parent) throw sqlError(1767, base.name, writtenName(constraint.references));
    const referenced = this.#referenced(constraint, parent, base.name);
    if (referenced.length !== own.length) throw sqlError(8139, this.name);
    const key = parent.indexes.find(
      (index) =>
        index.unique &&
        index.filterDefinition === undefined &&
        index.keyColumns.length === referenced.length &&
        referenced.every((column) => index.keyColumns.some((each) => each.columnId === column.columnId)),
    );
    if (!key) throw sqlError(1776, writtenName(constraint.references), base.name);
    own.forEach((column, at) => {
      const other = referenced[at]!;
      const same =
        column.type.name === other.type.name &&
        column.type.precision === other.type.precision &&
        column.type.scale === other.type.scale &&
        column.type.collation === other.type.collation;
      if (!same) throw sqlError(1778, parent.name, other.name, this.name, column.name, base.name);
    });
    const object: ForeignKeyObject = {
      ...base,
      kind: "foreign-key",
      referencedObjectId: parent.objectId,
      keyIndexId: key.indexId,
      columns: own.map((column, at) => ({ columnId: column.columnId, referencedColumnId: referenced[at]!.columnId })),
      onDelete: action(constraint.onDelete),
      onUpdate: action(constraint.onUpdate),
      disabled: false,
      notTrusted: !trusted,
      notForReplication: constraint.notForReplication,
    };
    this.added.push(object);
    return object;
  }

  #referenced(
    constraint: ForeignKeyConstraint,
    parent: { columns: readonly Column[]; indexes: readonly Index[] },
    name: string,
  ): Column[] {
    if (constraint.referencedColumns) {
      return constraint.referencedColumns.map((each) => {
        const column = parent.columns.find((candidate) => this.context.sameName(candidate.name, each));
        if (!column) throw sqlError(1770, name, each, writtenName(constraint.references));
        return column;
      });
    }
    const key = parent.indexes.find((index) => index.primaryKey);
    if (!key) throw sqlError(1773, name, writtenName(constraint.references));
    return key.keyColumns.map((each) => parent.columns.find((column) => column.columnId === each.columnId)!);
  }
}

function action(written: ReferentialAction | undefined): ReferentialActionModel {
  return (written ?? "no action").toUpperCase().replace(" ", "_") as ReferentialActionModel;
}
