module libmpe.example/mpe

go 1.19
