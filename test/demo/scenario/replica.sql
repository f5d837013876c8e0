-- The replica starts as an empty database; the app makes schemas and tables in it.
IF DB_ID(N'testct') IS NULL
    CREATE DATABASE testct;
GO
