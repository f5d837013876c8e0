import type { ErrorMessage } from "./error-message.ts";

/**
 * Errors of indexed views that the other tables do not have. Source: "Database engine events and errors" of SQL Server 2022
 * (1000 to 1999, 8000 to 8999, 10000 to 10999); the lists of older versions have other numbers for 10100 to 10145.
 */
// prettier-ignore
export const VIEW_MESSAGES: readonly ErrorMessage[] = [
  [1901, 16, "Cannot create index or statistics '%.*ls' on view '%.*ls' because key column '%.*ls' is imprecise, computed and not persisted. Consider removing reference to column in view index or statistics key or changing column to be precise. If column is computed in base table consider marking it PERSISTED there."],
  [1937, 16, "Cannot create %S_MSG on view '%.*ls' because it references another view '%.*ls'. Consider expanding referenced view's definition by hand in indexed view definition."],
  [1942, 16, "Cannot create %S_MSG on view '%.*ls'. It contains text, ntext, image, FILESTREAM or xml columns."],
  [1947, 16, "Cannot create %S_MSG on view \"%.*ls\". The view contains a self join on \"%.*ls\"."],
  [1949, 16, "Cannot create %S_MSG on view '%.*ls'. The function '%s' yields nondeterministic results. Use a deterministic system function, or modify the user-defined function to return deterministic results."],
  [1962, 16, "Cannot create %S_MSG on view '%.*ls' because column '%.*ls' that is referenced by the view in the WHERE or GROUP BY clause is imprecise. Consider eliminating the column from the view, or altering the column to be precise."],
  [1963, 16, "Cannot create %S_MSG on view \"%.*ls\". The view contains a convert that is imprecise or non-deterministic."],
  [1973, 16, "Cannot perform the specified operation on disabled index '%.*ls' on %S_MSG '%.*ls'."],
  [1985, 16, "Cannot create %S_MSG on view '%.*ls'. It contains one or more XML data type methods."],
  [1990, 16, "Cannot define an index on a view with ignore_dup_key index option. Remove ignore_dup_key option and verify that view definition does not allow duplicates, or do not index view."],
  [8660, 16, "Cannot create the clustered index \"%.*ls\" on view \"%.*ls\" because the select list of the view definition does not include all columns in the GROUP BY clause. Consider adding these columns to the select list."],
  [8661, 16, "Cannot create the clustered index \"%.*ls\" on view \"%.*ls\" because the index key includes columns that are not in the GROUP BY clause. Consider eliminating columns that are not in the GROUP BY clause from the index key."],
  [8662, 16, "Cannot create the clustered index \"%.*ls\" on view \"%.*ls\" because the view references an unknown value (SUM aggregate of nullable expression). Consider referencing only non-nullable values in SUM. ISNULL() may be useful for this.", 0],
  [8668, 16, "Cannot create the clustered index '%.*ls' on view '%.*ls' because the select list of the view contains an expression on result of aggregate function or grouping column. Consider removing expression on result of aggregate function or grouping column from select list."],
  [10100, 16, "Cannot create %S_MSG on view \"%.*ls\" because it contains the DISTINCT keyword. Consider removing DISTINCT from the view or not indexing the view. Alternatively, consider replacing DISTINCT with GROUP BY or COUNT_BIG(*) to simulate DISTINCT on grouping columns."],
  [10101, 16, "Cannot create %S_MSG on view \"%.*ls\" because it contains the TOP or OFFSET keyword. Consider removing the TOP or OFFSET or not indexing the view."],
  [10109, 16, "Cannot create %S_MSG on view \"%.*ls\" because it references derived table \"%.*ls\" (defined by SELECT statement in FROM clause). Consider removing the reference to the derived table or not indexing the view."],
  [10110, 16, "Cannot create %S_MSG on view \"%.*ls\" because it contains an OUTER APPLY. Consider not indexing the view, or removing OUTER APPLY."],
  [10112, 16, "Cannot create %S_MSG on view '%.*ls' because it contains an INNER join that specifies a join hint. Consider removing the join hint."],
  [10113, 16, "Cannot create %S_MSG on view \"%.*ls\" because it uses a LEFT, RIGHT, or FULL OUTER join, and no OUTER joins are allowed in indexed views. Consider using an INNER join instead."],
  [10116, 16, "Cannot create %S_MSG on view '%.*ls' because it contains one or more UNION, INTERSECT, or EXCEPT operators. Consider creating a separate indexed view for each query that is an input to the UNION, INTERSECT, or EXCEPT operators of the original view."],
  [10121, 16, "Cannot create %S_MSG on view \"%.*ls\" because it contains a HAVING clause. Consider removing the HAVING clause."],
  [10125, 16, "Cannot create %S_MSG on view \"%.*ls\" because it uses aggregate \"%.*ls\". Consider eliminating the aggregate, not indexing the view, or using alternate aggregates. For example, for AVG substitute SUM and COUNT_BIG, or for COUNT, substitute COUNT_BIG."],
  [10126, 16, "Cannot create %S_MSG on view \"%.*ls\" because it uses aggregate \"%.*ls\" with the DISTINCT keyword. Consider not indexing this view or eliminating DISTINCT. Consider use of a GROUP BY or COUNT_BIG(*) view to simulate DISTINCT on grouping columns."],
  [10127, 16, "Cannot create %S_MSG on view \"%.*ls\" because it contains one or more subqueries. Consider changing the view to use only joins instead of subqueries. Alternatively, consider not indexing this view."],
  [10129, 16, "Cannot create %S_MSG on view \"%.*ls\" because it references the inline or multistatement table-valued function \"%.*ls\". Consider expanding the function definition by hand in the view definition, or not indexing the view."],
  [10136, 16, "Cannot create %S_MSG on view \"%.*ls\" because it uses the aggregate COUNT. Use COUNT_BIG instead."],
  [10137, 16, "Cannot create %S_MSG on view \"%.*ls\" because it references common table expression \"%.*ls\". Views referencing common table expressions cannot be indexed. Consider not indexing the view, or removing the common table expression from the view definition."],
  [10138, 16, "Cannot create %S_MSG on view '%.*ls' because its select list does not include a proper use of COUNT_BIG. Consider adding COUNT_BIG(*) to select list."],
  [10139, 16, "Cannot create %S_MSG on view '%.*ls' because the view uses an implicit conversion from string to datetime or smalldatetime. Use an explicit CONVERT with a deterministic style value."],
  [10140, 16, "Cannot create %S_MSG on view '%.*ls' because the view contains a table hint. Consider removing the hint."],
  [10142, 16, "Cannot create %S_MSG on view \"%.*ls\" because it contains an APPLY. Consider not indexing the view, or removing APPLY."],
  [10143, 16, "Cannot create %S_MSG on view \"%.*ls\" because it contains a ranking or aggregate window function. Remove the function from the view definition or, alternatively, do not index the view."],
  [10144, 16, "Cannot create %S_MSG on view '%.*ls' because it uses the CHANGETABLE function."],
  [10147, 16, "Cannot create %S_MSG on the view '%.*ls' because it uses temporal FOR SYSTEM_TIME clause."],
  [10148, 16, "Cannot create %S_MSG on the view '%.*ls' because it uses OPENJSON."],
];
